// Under an unref'd server an accepted socket still keeps the loop.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    record(sock, 'S', 'data end close');
  });
  server.unref();
  listen(server, () => {
    const client = connect(server);
    client.on('connect', () => setTimeout(() => client.end('served'), 30));
    client.resume();
  });
});
