// No 'data' between pause() and resume(), and everything after it.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'data end close');
    C.pause();
    trace('C', 'paused', C.isPaused());
    S.write('held back, ');
    settle(() => {
      trace('C', 'settled');
      C.resume();
      trace('C', 'resumed', C.isPaused());
      settle(() => S.end('and more'));
    });
  });
});
