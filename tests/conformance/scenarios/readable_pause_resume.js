// pause() and resume() beside a readable listener: it goes on hearing, and nothing flows.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.on('readable', () => trace('C', 'readable', C.read(), flow(C)));
    record(C, 'C', 'pause resume end close');
    C.pause();
    trace('C', 'paused', flow(C));
    inTurn(S, C, ['one'], () => {
      C.resume();
      trace('C', 'resumed', flow(C));
      settle(() => {
        trace('C', 'settled', flow(C));
        inTurn(S, C, ['two'], () => S.end());
      });
    });
  });
});
