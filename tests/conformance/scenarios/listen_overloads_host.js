// Each form of listen() with an address as the host.
// kinds: tcp
'use strict';

const { net, record, run, trace } = require('../harness.cjs');

run(() => {
  const forms = [
    ['port, host', (server, callback) => server.listen(0, '127.0.0.1', callback)],
    ['port, host, backlog', (server, callback) => server.listen(0, '127.0.0.1', 5, callback)],
    ['text, host', (server, callback) => server.listen('0', '127.0.0.2', callback)],
    ['options', (server, callback) => server.listen({ port: 0, host: '127.0.0.1' }, callback)],
    ['options, all', (server, callback) => server.listen({ port: 0, host: '0.0.0.0', exclusive: true }, callback)],
  ];
  for (const [label, form] of forms) {
    const server = net.createServer();
    record(server, label, 'listening close error');
    form(server, () => {
      trace(label, 'callback', server.listening, server.address());
      server.close();
    });
  }
});
