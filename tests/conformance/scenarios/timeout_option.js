// The timeout option of connect(): as setTimeout() right after.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, { timeout: 20 }, (C, S) => {
    trace('C', 'timeout', C.timeout);
    record(C, 'C', 'timeout close');
    C.resume();
    S.resume();
    C.on('timeout', () => C.end());
  });
});
