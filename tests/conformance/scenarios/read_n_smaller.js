// read(n) with more than n buffered: exactly n, again and again; what is left over comes at the end.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.on('readable', () => {
      trace('C', 'readable', flow(C));
      for (let part = C.read(4); part !== null; part = C.read(4))
        trace('C', 'part', part);
    });
    record(C, 'C', 'end close');
    inTurn(S, C, ['0123456789', 'ab', 'cdefg'], () => S.end());
  });
});
