// The destination is ended in the 'data' that is to go to it: a write after the end, 'error', 'unpipe'.
// kinds: tcp unix
'use strict';

const { record, run, settle, state, trace } = require('../harness.cjs');
const { between } = require('../writing.cjs');

run(() => {
  between({}, {}, (C, S, D, T) => {
    record(D, 'D', 'pipe unpipe finish error close');
    record(T, 'T', 'data end close');
    S.on('data', (chunk) => {
      if (chunk.includes('last'))
        D.end();
    });
    S.pipe(D);
    D.resume();
    C.write('first');
    settle(() => C.write('last'));
    D.on('close', () => settle(() => {
      trace('S', 'settled', state(S), S.readableFlowing);
      C.destroy();
      S.destroy();
    }));
  });
});
