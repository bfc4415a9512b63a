// listen() by port alone, as text, with host and backlog, and with nothing at all.
// kinds: tcp
'use strict';

const { net, run, trace } = require('../harness.cjs');

run(() => {
  const forms = [
    ['port', (server, callback) => server.listen(0, callback)],
    ['text', (server, callback) => server.listen('0', callback)],
    ['host', (server, callback) => server.listen(0, '127.0.0.1', callback)],
    ['host and backlog', (server, callback) => server.listen(0, '127.0.0.1', 16, callback)],
    ['port and backlog', (server, callback) => server.listen(0, null, 16, callback)],
    ['callback alone', (server, callback) => server.listen(callback)],
  ];
  for (const [label, form] of forms) {
    const server = net.createServer();
    const same = form(server, () => {
      trace(label, 'listening', server.address().port > 0);
      server.close();
    });
    trace(label, 'returns itself', same === server);
  }
});
