// A readable listener added in the middle of a flow: from then on it decides, with what is still buffered.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    inTurn(S, C, ['one', 'two', 'three'], () => {
      C.on('data', (chunk) => {
        trace('C', 'chunk', chunk);
        if (C.listenerCount('readable') === 0) {
          C.on('readable', () => trace('C', 'readable', flow(C), C.read()));
          trace('C', 'readable listener', flow(C));
        }
      });
      record(C, 'C', 'pause resume end close');
      setImmediate(() => S.end());
    });
  });
});
