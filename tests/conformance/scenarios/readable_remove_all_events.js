// remove_all_listeners() without a name takes the readable listener too: what comes then is kept for a later one.
// kinds: tcp unix
'use strict';

const { pair, run, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.on('readable', () => trace('C', 'readable', C.read(1)));
    inTurn(S, C, ['abc'], () => {
      C.removeAllListeners();
      trace('C', 'removed', flow(C));
      inTurn(S, C, ['def'], () => {
        trace('C', 'more came', flow(C));
        C.on('data', (chunk) => trace('C', 'data', chunk));
        C.on('end', () => {
          trace('C', 'end');
          C.destroy();
        });
        S.end();
      });
    });
  });
});
