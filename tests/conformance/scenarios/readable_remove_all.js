// remove_all_listeners("readable") is as good as off(): the data listener that is left gets the rest.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.on('readable', () => trace('C', 'readable', flow(C)));
    C.on('data', (chunk) => trace('C', 'data', chunk));
    record(C, 'C', 'resume end close');
    inTurn(S, C, ['one', 'two'], () => {
      C.removeAllListeners('readable');
      trace('C', 'removed', flow(C));
      settle(() => {
        trace('C', 'settled', flow(C));
        S.end();
      });
    });
  });
});
