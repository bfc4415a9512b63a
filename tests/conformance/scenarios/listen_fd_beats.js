// A descriptor comes before a port or a path.
// kinds: plain
'use strict';

const fs = require('node:fs');
const { withDescriptor } = require('../descriptors.cjs');
const { net, place, trace } = require('../harness.cjs');

withDescriptor('tcp bound', (fd) => {
  const server = net.createServer();
  server.listen({ fd, path: place('other.sock') }, () => {
    trace('srv', 'address', server.address(), fs.existsSync('other.sock'));
    server.close();
  });
});
