// Two readable listeners: when one goes, the other still decides.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    const first = () => trace('C', 'first', flow(C));
    C.on('readable', first);
    C.on('readable', () => trace('C', 'second', C.read()));
    C.on('data', (chunk) => trace('C', 'chunk', chunk));
    record(C, 'C', 'end close');
    inTurn(S, C, ['one'], () => {
      C.off('readable', first);
      settle(() => {
        trace('C', 'settled', flow(C));
        inTurn(S, C, ['two'], () => S.end());
      });
    });
  });
});
