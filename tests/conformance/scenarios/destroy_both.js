// Both sides destroyed in the same turn.
// kinds: tcp unix
'use strict';

const { pair, record, run } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'end finish error close');
    record(S, 'S', 'end finish error close');
    C.resume();
    S.resume();
    C.destroy();
    S.destroy();
  });
});
