// The mode of the socket file is what the umask leaves.
// kinds: unix
// only: linux
'use strict';

const fs = require('node:fs');
const { net, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  process.umask(0o027);
  server.listen('s.sock', () => {
    trace('srv', 'mode', (fs.statSync('s.sock').mode & 0o777).toString(8));
    server.close();
  });
});
