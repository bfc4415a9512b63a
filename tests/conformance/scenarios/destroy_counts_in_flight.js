// errored, bytesWritten and writableLength when a write is under way and another waits at destroy().
// kinds: tcp unix
'use strict';

const { pair, run, trace } = require('../harness.cjs');

run(() => {
  pair({ pauseOnConnect: true }, {}, (C, S) => {
    S.on('error', () => {});
    C.write(Buffer.alloc(20000000));
    C.write('more');
    const show = (when) => trace('C', when, C.errored, C.bytesWritten > 20000000 ? 'big' : C.bytesWritten,
      C.writableLength > 1000 ? 'big' : C.writableLength, C.writableNeedDrain, C.writableCorked);
    show('before');
    C.destroy();
    show('destroyed');
    process.nextTick(() => show('tick'));
    C.on('close', () => {
      show('closed');
      S.destroy();
    });
  });
});
