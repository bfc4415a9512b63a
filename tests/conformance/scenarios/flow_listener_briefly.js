// A data listener that is taken off in the same step has started the flow: what was buffered is lost.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');
const { flags, flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    const listener = (chunk) => trace('C', 'heard', chunk);
    inTurn(S, C, ['nobody hears this'], () => {
      C.on('data', listener);
      C.off('data', listener);
      trace('C', 'off', flow(C));
      settle(() => {
        trace('C', 'settled', flow(C), flags(C));
        C.on('data', listener);
        record(C, 'C', 'end close');
        S.end('heard again');
      });
    });
  });
});
