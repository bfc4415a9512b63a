// What listen() with an address as its host has done when it returns.
// kinds: tcp
'use strict';

const { net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'listening close');
  server.listen(0, '127.0.0.1', () => {
    trace('srv', 'callback', server.listening, server.address());
    server.close();
  });
  trace('srv', 'after listen', server.listening, server.address());
});
