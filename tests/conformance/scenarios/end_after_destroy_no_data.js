// end(callback) without data after destroy().
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, settle, state, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'error finish close');
    S.resume();
    C.destroy();
    C.end(answer('C', 'end callback'));
    C.on('close', () => settle(() => trace('C', 'settled', state(C))));
  });
});
