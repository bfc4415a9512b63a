// An 'error' listener added after destroy(error), in the same turn, hears it.
// kinds: tcp unix
'use strict';

const { pair, record, run } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    S.resume();
    C.destroy(new Error('heard'));
    record(C, 'C', 'error close');
  });
});
