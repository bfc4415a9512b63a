// A 'data' listener added after pause() does not make it flow.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.pause();
    record(C, 'C', 'data end close');
    S.end('waits');
    settle(() => {
      trace('C', 'settled', C.isPaused());
      C.resume();
    });
  });
});
