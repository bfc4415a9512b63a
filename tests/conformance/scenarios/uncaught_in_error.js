// An exception in an 'error' listener: uncaught, 'close' still comes.
// kinds: tcp unix
'use strict';

const { pair, record, run } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.on('error', () => {
      throw new Error('in error');
    });
    record(C, 'main/C', 'close');
    S.resume();
    C.destroy(new Error('first'));
  });
});
