// An abstract name in use, and free again after close().
// kinds: unix
// only: linux
'use strict';

const { net, run, trace } = require('../harness.cjs');

run(() => {
  const first = net.createServer();
  const second = net.createServer();
  const path = `\0pynet-conformance-${process.pid}`;
  second.on('error', (err) => {
    trace('second', 'error', err.code, err.syscall, err.address === path);
    first.close();
    second.listen(path, () => {
      trace('second', 'listening', second.address() === path);
      second.close();
    });
  });
  first.listen(path, () => second.listen(path));
});
