// Chunks that came before there was a listener are kept apart, and a data listener gets them on a later tick.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { flags, flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    inTurn(S, C, ['one', 'two', 'three'], () => {
      trace('C', 'before', flow(C), flags(C));
      C.on('data', (chunk) => trace('C', 'chunk', chunk, C.readableLength));
      record(C, 'C', 'resume end close');
      trace('C', 'listening', flow(C));
      process.nextTick(() => trace('C', 'a tick later', flow(C), flags(C)));
      setImmediate(() => S.end());
    });
  });
});
