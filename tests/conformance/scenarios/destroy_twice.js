// A second destroy(), with or without an error, does nothing.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, state, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'error close');
    S.resume();
    C.destroy(new Error('first'));
    C.destroy(new Error('second'));
    C.destroy();
    C.on('close', () => {
      C.destroy(new Error('third'));
      settle(() => trace('C', 'settled', state(C)));
    });
  });
});
