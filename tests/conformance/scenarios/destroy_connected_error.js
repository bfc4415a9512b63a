// destroy(error) of a connected socket: 'error', 'close' with true; the peer sees a normal end.
// kinds: tcp unix
'use strict';

const { pair, record, run, state, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'end finish close');
    record(S, 'S', 'error end finish close');
    S.resume();
    C.on('error', (err) => trace('C', 'error', err, state(C)));
    C.destroy(new Error('enough'));
    process.nextTick(() => trace('C', 'tick'));
  });
});
