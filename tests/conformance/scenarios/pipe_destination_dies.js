// The destination of a pipe is destroyed: it gets 'unpipe', the source stays.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, state, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    pair({}, {}, (D, T) => {
      record(D, 'D', 'pipe unpipe error');
      record(S, 'S', 'end error close');
      S.pipe(D);
      record(D, 'D', 'close');
      T.resume();
      D.destroy();
      D.on('close', () => settle(() => {
        trace('S', 'settled', state(S));
        S.destroy();
        C.resume();
      }));
    });
  });
});
