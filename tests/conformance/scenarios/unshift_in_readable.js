// unshift() in a readable listener: the same read loop gets it again, and 'readable' comes once more.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    let again = true;
    C.on('readable', () => {
      trace('C', 'readable', flow(C));
      const chunk = C.read();
      trace('C', 'read', chunk);
      if (again) {
        again = false;
        C.unshift(chunk.subarray(2));
        trace('C', 'put back', flow(C));
      }
    });
    record(C, 'C', 'end close');
    inTurn(S, C, ['abcdef', 'gh'], () => S.end());
  });
});
