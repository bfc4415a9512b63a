// Both sides end in the same turn, with data.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'data end prefinish finish error close');
    record(S, 'S', 'data end prefinish finish error close');
    C.end('from C', answer('C', 'end callback'));
    S.end('from S', answer('S', 'end callback'));
  });
});
