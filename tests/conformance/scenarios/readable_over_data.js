// With both listeners 'readable' decides: 'data' is emitted inside read(), for what read() gives.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.on('data', (chunk) => trace('C', 'chunk', chunk));
    C.on('readable', () => {
      trace('C', 'readable', flow(C));
      const got = C.read(3);
      trace('C', 'read', got);
    });
    record(C, 'C', 'pause resume end close');
    trace('C', 'listening', flow(C));
    inTurn(S, C, ['abcde', 'fg'], () => S.end());
  });
});
