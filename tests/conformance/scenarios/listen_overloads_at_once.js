// Without a host each form of listen() binds at once; listening comes on the next tick, the callback with it.
// kinds: tcp
'use strict';

const { net, record, run, trace } = require('../harness.cjs');

run(() => {
  const forms = [
    ['nothing', (server, callback) => server.listen().once('listening', callback)],
    ['callback', (server, callback) => server.listen(callback)],
    ['port', (server, callback) => server.listen(0, callback)],
    ['null', (server, callback) => server.listen(null, callback)],
    ['port, backlog', (server, callback) => server.listen(0, 5, callback)],
    ['port, null, backlog', (server, callback) => server.listen(0, null, 5, callback)],
    ['options', (server, callback) => server.listen({ port: 0 }, callback)],
    ['options, text', (server, callback) => server.listen({ port: '0' }, callback)],
    ['options, no host', (server, callback) => server.listen({ port: 0, host: null, backlog: 3 }, callback)],
  ];
  for (const [label, form] of forms) {
    const server = net.createServer();
    record(server, label, 'listening close error');
    form(server, () => {
      trace(label, 'callback', server.listening);
      server.close();
    });
    trace(label, 'returned', server.listening, server.address().port > 0);
  }
});
