// pause() right after resume(): 'pause' at once, 'resume' still comes, and nothing flows.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    inTurn(S, C, ['kept'], () => {
      C.pause();
      C.on('data', (chunk) => trace('C', 'chunk', chunk));
      record(C, 'C', 'pause resume end close');
      C.resume();
      C.pause();
      trace('C', 'both', flow(C));
      settle(() => {
        trace('C', 'settled', flow(C));
        C.resume();
        S.end();
      });
    });
  });
});
