// A data listener and then pause(), both before the connection: what comes is read and kept, and not emitted.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, settle, trace } = require('../harness.cjs');
const { flow } = require('../reading.cjs');

run(() => {
  const server = net.createServer((sock) => {
    sock.end('early');
    server.close();
  });
  listen(server, () => {
    const client = connect(server);
    client.on('data', (chunk) => trace('C', 'chunk', chunk));
    client.pause();
    trace('C', 'paused', flow(client));
    record(client, 'C', 'connect pause resume end close');
    client.on('connect', () => settle(() => {
      trace('C', 'settled', flow(client), client.bytesRead);
      client.resume();
    }));
  });
});
