// Each form of listen() with a path binds at once; listening comes on the next tick, the callback with it.
// kinds: unix
'use strict';

const { net, record, run, trace } = require('../harness.cjs');

run(() => {
  const forms = [
    ['path', (server, callback) => server.listen('a.sock', callback)],
    ['path, backlog', (server, callback) => server.listen('b.sock', 5, callback)],
    ['path, null, backlog', (server, callback) => server.listen('c.sock', null, 5, callback)],
    ['options', (server, callback) => server.listen({ path: 'd.sock' }, callback)],
    ['options, backlog', (server, callback) => server.listen({ path: 'e.sock', backlog: 2 }, callback)],
    ['port undefined', (server, callback) => server.listen({ path: 'f.sock', exclusive: true }, callback)],
  ];
  for (const [label, form] of forms) {
    const server = net.createServer();
    record(server, label, 'listening close error');
    form(server, () => {
      trace(label, 'callback', server.listening, server.address());
      server.close();
    });
    trace(label, 'returned', server.listening, server.address());
  }
});
