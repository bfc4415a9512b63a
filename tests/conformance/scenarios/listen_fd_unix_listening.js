// listen() on a listening unix socket.
// kinds: plain
'use strict';

const fs = require('node:fs');
const { withDescriptor } = require('../descriptors.cjs');
const { net, record, trace } = require('../harness.cjs');

withDescriptor('unix listening', (fd) => {
  const server = net.createServer((sock) => {
    trace('srv', 'connection');
    sock.destroy();
    server.close(() => trace('srv', 'path', fs.existsSync('s.sock')));
  });
  record(server, 'srv', 'listening error close');
  server.listen({ fd }, () => net.connect('s.sock').resume());
  trace('srv', 'returned', server.listening);
});
