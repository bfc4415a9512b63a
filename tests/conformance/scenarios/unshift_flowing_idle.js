// unshift() on a flowing socket that waits for data.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.on('data', (chunk) => trace('C', 'chunk', chunk));
    record(C, 'C', 'end close');
    inTurn(S, C, ['one'], () => {
      trace('C', 'before', flow(C));
      C.unshift('put back');
      trace('C', 'after', flow(C));
      inTurn(S, C, ['two'], () => S.end());
    });
  });
});
