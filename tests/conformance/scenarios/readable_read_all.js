// The loop that everybody writes: at 'readable', read() until it gives nothing.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.on('readable', () => {
      trace('C', 'readable', flow(C));
      for (let chunk = C.read(); chunk !== null; chunk = C.read())
        trace('C', 'read', chunk);
      trace('C', 'nothing left', flow(C));
    });
    record(C, 'C', 'end close');
    trace('C', 'listening', flow(C));
    inTurn(S, C, ['first', 'second'], () => S.end());
  });
});
