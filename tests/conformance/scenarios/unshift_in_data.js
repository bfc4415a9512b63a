// unshift() in a data listener that hands over to another: the new one gets the rest first.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    const greeting = (chunk) => {
      trace('C', 'greeting', chunk.subarray(0, 5));
      C.off('data', greeting);
      C.on('data', (later) => trace('C', 'chunk', later));
      C.unshift(chunk.subarray(5));
      trace('C', 'put back', flow(C));
    };
    C.on('data', greeting);
    record(C, 'C', 'end close');
    inTurn(S, C, ['hello and', ' then', ' more'], () => S.end());
  });
});
