// Names that lead to the same pipe, and names that lead to none.
// kinds: unix
// only: windows
'use strict';

const { net, place, record, run, trace } = require('../harness.cjs');

run(() => {
  const path = place('s.sock');
  const server = net.createServer((sock) => sock.end());
  const rows = [
    ['the same', path], ['in upper case', path.toUpperCase()], ['with a question mark', path.replace('.', '?')],
    ['with slashes', path.replaceAll('\\', '/')], ['of nobody', place('nobody.sock')], ['NUL inside', `${path}\0b`],
    ['no file', 's.sock'], ['a missing folder', 'nowhere\\s.sock'],
  ];
  let left = rows.length;
  server.listen(path, () => {
    for (const [label, name] of rows) {
      const sock = net.connect(name);
      record(sock, label, 'connect end close');
      sock.on('error', (err) => trace(label, 'error', err.code, err.syscall, err.address === name));
      sock.resume();
      sock.on('close', () => {
        left -= 1;
        if (left === 0)
          server.close();
      });
    }
  });
});
