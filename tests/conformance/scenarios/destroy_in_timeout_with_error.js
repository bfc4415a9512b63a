// destroy(error) in the 'timeout' listener.
// kinds: tcp unix
'use strict';

const { pair, record, run } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'timeout error end close');
    S.resume();
    C.setTimeout(20, () => C.destroy(new Error('too slow')));
  });
});
