// The peer ends without data while paused, with nothing buffered.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, state, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'data end close');
    C.pause();
    S.end();
    settle(() => {
      trace('C', 'settled', state(C));
      C.resume();
    });
  });
});
