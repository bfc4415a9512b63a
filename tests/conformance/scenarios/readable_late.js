// A readable listener that finds data: 'readable' on a later tick; one read() gives one chunk of it.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    inTurn(S, C, ['came ', 'before'], () => {
      C.on('readable', () => trace('C', 'readable', flow(C), C.read(), flow(C)));
      record(C, 'C', 'end close');
      trace('C', 'listening', flow(C));
      process.nextTick(() => trace('C', 'a tick later', flow(C)));
      setImmediate(() => S.end());
    });
  });
});
