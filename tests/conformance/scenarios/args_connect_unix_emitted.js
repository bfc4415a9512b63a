// Paths where nobody can be: error events.
// kinds: unix
// only: linux
'use strict';

const fs = require('node:fs');
const { attempt, net, note, run, trace } = require('../harness.cjs');

run(() => {
  fs.writeFileSync('plain', 'x');
  fs.mkdirSync('folder');
  for (const [label, path] of [
    ['nobody', 'nobody.sock'], ['missing folder', 'nowhere/s.sock'], ['a file', 'plain'], ['a folder', 'folder'],
    ['below a file', 'plain/s.sock'], ['NUL inside', 'a\0b'], ['too long', 'x'.repeat(109)],
  ]) {
    attempt(label, 'call', () => {
      const sock = net.connect({ path });
      sock.on('error', (err) => trace(label, 'error', err.code, err.syscall, err.address === path));
      sock.on('close', note(label, 'close'));
    });
  }
});
