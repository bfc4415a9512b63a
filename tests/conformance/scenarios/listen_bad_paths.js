// Paths where there can be no socket: errors, on the next tick, with the path and the port -1.
// kinds: unix
// only: linux
'use strict';

const fs = require('node:fs');
const { attempt, net, note, run, trace } = require('../harness.cjs');

run(() => {
  fs.mkdirSync('folder');
  fs.writeFileSync('plain', 'x');
  const rows = [
    ['missing folder', 'nowhere/s.sock'],
    ['a folder', 'folder'],
    ['a file', 'plain'],
    ['below a file', 'plain/s.sock'],
    ['NUL inside', 'a\0b'],
    ['109 bytes', 'x'.repeat(109)],
  ];
  for (const [label, path] of rows) {
    const server = net.createServer();
    server.on('listening', note(label, 'listening'));
    server.on('error', (err) => trace(label, 'error', err.code, err.syscall, err.address === path, err.port));
    attempt(label, 'call', () => server.listen(path));
    trace(label, 'listening', server.listening);
  }
});
