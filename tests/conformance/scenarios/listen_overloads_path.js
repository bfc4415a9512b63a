// Each form of listen() with a path binds at once; listening comes on the next tick, the callback with it.
// kinds: unix
'use strict';

const { net, place, record, run, trace } = require('../harness.cjs');

run(() => {
  const forms = [
    ['path', (server, callback) => server.listen(place('a.sock'), callback)],
    ['path, backlog', (server, callback) => server.listen(place('b.sock'), 5, callback)],
    ['path, null, backlog', (server, callback) => server.listen(place('c.sock'), null, 5, callback)],
    ['options', (server, callback) => server.listen({ path: place('d.sock') }, callback)],
    ['options, backlog', (server, callback) => server.listen({ path: place('e.sock'), backlog: 2 }, callback)],
    ['port undefined', (server, callback) => server.listen({ path: place('f.sock'), exclusive: true }, callback)],
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
