// The source of a pipe dies of an error: the destination hears nothing of it, and another source takes its place.
// kinds: tcp unix
'use strict';

const { name, pair, record, run, settle, state, trace } = require('../harness.cjs');
const { between } = require('../writing.cjs');

run(() => {
  between({}, {}, (C, S, D, T) => {
    record(S, 'S', 'error close');
    record(D, 'D', 'pipe unpipe finish error close');
    record(T, 'T', 'data end');
    C.resume();
    D.resume();
    S.pipe(D);
    C.write('from the first, ');
    settle(() => S.destroy(new Error('broken')));
    S.on('close', () => settle(() => {
      trace('D', 'settled', state(D));
      pair({}, {}, (E, F) => {
        name(F, 'F');
        E.resume();
        F.pipe(D);
        E.end('from the second');
      });
    }));
  });
});
