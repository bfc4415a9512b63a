// Twenty million bytes through a pipe between two sockets, with a slow end: nothing is lost.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    pair({}, {}, (D, T) => {
      record(T, 'T', 'end close');
      D.resume();
      C.resume();
      S.pipe(D);
      T.pause();
      let total = 0;
      T.on('data', (chunk) => { total += chunk.length; });
      T.on('end', () => trace('T', 'total', total));
      C.end(Buffer.alloc(20000000));
      settle(() => {
        trace('main', 'held back', D.bytesWritten < 20000000);
        T.resume();
      });
    });
  });
});
