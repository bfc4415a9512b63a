// listen() on a listening descriptor, as a service manager gives it, with port and host that are not looked at.
// kinds: plain
'use strict';

const { withDescriptor } = require('../descriptors.cjs');
const { net, record, trace } = require('../harness.cjs');

withDescriptor('tcp listening', (fd) => {
  const server = net.createServer((sock) => {
    trace('srv', 'connection');
    sock.destroy();
    server.close();
  });
  record(server, 'srv', 'listening error close');
  server.listen({ fd, host: '127.0.0.2' }, () => {
    trace('srv', 'callback', server.address());
    net.connect(server.address().port, '127.0.0.1').resume();
  });
  trace('srv', 'returned', server.listening);
});
