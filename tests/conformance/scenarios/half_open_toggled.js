// allowHalfOpen set while connected counts at the peer's end.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, state, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'end finish close');
    record(S, 'S', 'end finish close');
    C.allowHalfOpen = true;
    C.resume();
    S.resume();
    S.end();
    C.on('end', () => settle(() => {
      trace('C', 'settled', state(C), C.allowHalfOpen);
      C.end();
    }));
  });
});
