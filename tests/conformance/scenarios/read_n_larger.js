// read(n) with less than n buffered gives nothing and takes nothing; 'readable' comes when there is more.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.on('readable', () => {
      trace('C', 'before', flow(C));
      trace('C', 'read(8)', C.read(8));
      trace('C', 'after', flow(C));
    });
    record(C, 'C', 'end close');
    inTurn(S, C, ['abc', 'def', 'ghijk'], () => S.end());
  });
});
