// destroy(error) without an 'error' listener: uncaught, and 'close' follows.
// kinds: tcp unix
'use strict';

const { pair, record, run } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'main/C', 'close');
    S.resume();
    C.destroy(new Error('nobody listens'));
  });
});
