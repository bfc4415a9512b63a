// resume() before the connection and no listener: all is thrown away, and the end comes.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, trace } = require('../harness.cjs');
const { flags, flow } = require('../reading.cjs');

run(() => {
  const server = net.createServer((sock) => {
    sock.end('for nobody');
    server.close();
  });
  listen(server, () => {
    const client = connect(server);
    client.resume();
    trace('C', 'resumed', flow(client));
    record(client, 'C', 'connect resume end close');
    client.on('end', () => trace('C', 'at the end', flow(client), flags(client), client.bytesRead));
  });
});
