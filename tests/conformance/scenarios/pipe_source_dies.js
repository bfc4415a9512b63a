// The source of a pipe is destroyed: the destination is not ended.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, state, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    pair({}, {}, (D, T) => {
      record(D, 'D', 'pipe unpipe finish error close');
      record(T, 'T', 'data end close');
      S.pipe(D);
      C.resume();
      S.destroy();
      S.on('close', () => settle(() => {
        trace('D', 'settled', state(D));
        D.end('still open');
        D.resume();
      }));
    });
  });
});
