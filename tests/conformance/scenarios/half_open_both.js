// allowHalfOpen on both sides: each end is the user's own.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, state, trace } = require('../harness.cjs');

run(() => {
  pair({ allowHalfOpen: true }, { allowHalfOpen: true }, (C, S) => {
    record(C, 'C', 'data end finish close');
    record(S, 'S', 'data end finish close');
    C.end('first');
    S.on('end', () => {
      S.write('second ');
      settle(() => {
        trace('S', 'settled', state(S));
        S.end('third');
      });
    });
  });
});
