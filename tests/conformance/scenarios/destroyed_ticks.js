// Between 'error' and 'close' other ticks run; 'close' is the last of all.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    S.resume();
    record(C, 'C', 'error close');
    C.write('x', answer('C', 'write callback'));
    process.nextTick(() => trace('C', 'tick before'));
    C.destroy(new Error('enough'));
    process.nextTick(() => trace('C', 'tick after'));
    C.on('error', () => process.nextTick(() => trace('C', 'tick of error')));
  });
});
