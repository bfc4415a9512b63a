// A host that only the system takes for an address, 127.1, is looked up like a name.
// kinds: plain
'use strict';

const { net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'listening close error');
  server.listen({ port: 0, host: '127.1' }, () => {
    trace('srv', 'callback', server.listening, server.address());
    server.close();
  });
  trace('srv', 'returned', server.listening, server.address());
});
