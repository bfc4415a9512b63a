// unshift() before the connection, as a test does that feeds a parser: it comes before what the peer sends.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, settle, trace } = require('../harness.cjs');
const { flow } = require('../reading.cjs');

run(() => {
  const server = net.createServer((sock) => {
    sock.end('from the peer');
    server.close();
  });
  listen(server, () => {
    const client = connect(server);
    client.unshift('from here, ');
    trace('C', 'put back', flow(client), client.bytesRead);
    client.on('connect', () => settle(() => client.on('data', (chunk) => trace('C', 'data', chunk))));
    record(client, 'C', 'connect end close');
  });
});
