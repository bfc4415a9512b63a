// With a port and a path the port wins.
// kinds: plain
'use strict';

const fs = require('node:fs');
const { net, place, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  server.listen({ port: 0, path: place('s.sock') }, () => {
    trace('srv', 'port', server.address().port > 0);
    trace('srv', 'path', fs.existsSync('s.sock'));
    server.close();
  });
});
