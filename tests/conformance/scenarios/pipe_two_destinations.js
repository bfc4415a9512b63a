// A socket piped to two others: each gets everything, and the end.
// kinds: tcp unix
'use strict';

const { pair, record, run } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    pair({}, {}, (D, T) => {
      pair({}, {}, (E, U) => {
        record(T, 'T', 'data end close');
        record(U, 'U', 'data end close');
        D.resume();
        E.resume();
        C.resume();
        S.pipe(D);
        S.pipe(E);
        C.end('for both');
      });
    });
  });
});
