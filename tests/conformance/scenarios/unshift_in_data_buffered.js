// unshift() in a data listener while more is buffered: what is put back comes before it.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    inTurn(S, C, ['1-a', '2-b', '3-c'], () => {
      C.on('data', (chunk) => {
        trace('C', 'chunk', chunk);
        if (chunk.length === 3) {
          C.unshift(chunk.subarray(2));
          trace('C', 'put back', flow(C));
        }
      });
      record(C, 'C', 'end close');
      S.end();
    });
  });
});
