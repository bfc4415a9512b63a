// Write callbacks come in the order of the writes, on a later tick.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'drain');
    record(S, 'S', 'data');
    C.resume();
    process.nextTick(() => trace('C', 'tick before'));
    C.write('one ', answer('C', 'first'));
    C.write('two ', answer('C', 'second'));
    C.write('three', answer('C', 'third'));
    process.nextTick(() => trace('C', 'tick after'));
    trace('C', 'written', C.bytesWritten);
    setImmediate(() => C.end());
  });
});
