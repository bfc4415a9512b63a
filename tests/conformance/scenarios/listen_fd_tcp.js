// listen() on a descriptor that is not bound: a free port of all addresses.
// kinds: plain
// only: linux
'use strict';

const { withDescriptor } = require('../descriptors.cjs');
const { net, record, trace } = require('../harness.cjs');

withDescriptor('tcp', (fd) => {
  const server = net.createServer((sock) => {
    trace('srv', 'connection');
    sock.destroy();
    server.close();
  });
  record(server, 'srv', 'listening error close');
  server.listen({ fd }, () => {
    trace('srv', 'callback', server.address());
    net.connect(server.address().port, '127.0.0.1').resume();
  });
  trace('srv', 'returned', server.listening);
});
