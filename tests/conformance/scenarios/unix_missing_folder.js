// listen() on a path in a folder that does not exist.
// kinds: unix
'use strict';

const { net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'listening error close');
  server.listen('nowhere/s.sock');
  trace('srv', 'after listen', server.listening, server.address());
});
