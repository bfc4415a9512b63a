// A write() after end(): where its callback and 'error' stand among the ticks.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    S.resume();
    record(C, 'C', 'error close');
    C.end();
    process.nextTick(() => trace('C', 'tick before'));
    C.write('late', answer('C', 'write callback'));
    process.nextTick(() => trace('C', 'tick after'));
  });
});
