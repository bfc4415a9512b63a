// Which names a pipe may have: spellings of the prefix, and what is not the name of a pipe.
// kinds: unix
// only: windows
'use strict';

const { attempt, net, place, record, run, trace } = require('../harness.cjs');

run(() => {
  const name = place('a').slice('\\\\.\\pipe\\'.length);
  const rows = [
    ['plain', `\\\\.\\pipe\\${name}`], ['with a question mark', `\\\\?\\pipe\\${name}`],
    ['with slashes', `//./pipe/${name}`], ['in upper case', `\\\\.\\PIPE\\${name}`],
    ['a slash inside', `\\\\.\\pipe\\${name}/b`], ['not ASCII', `\\\\.\\pipe\\${name}ü€`],
    ['as long as it may be', `\\\\.\\pipe\\${name}`.padEnd(256, 'n')],
    ['too long', `\\\\.\\pipe\\${name}`.padEnd(300, 'n')],
    ['NUL inside', `\\\\.\\pipe\\${name}\0b`], ['a file', 's.sock'], ['an absolute path', 'C:\\s.sock'],
    ['a missing folder', 'nowhere\\s.sock'], ['of another host', '\\\\server\\pipe\\x'],
  ];
  for (const [label, path] of rows) {
    attempt(label, 'listen', () => {
      const server = net.createServer().listen(path);
      record(server, label, 'listening close');
      server.on('error', (err) => trace(label, 'error', err.code, err.syscall, err.address === path));
      server.on('listening', () => {
        trace(label, 'address', server.address() === path);
        server.close();
      });
    });
  }
});
