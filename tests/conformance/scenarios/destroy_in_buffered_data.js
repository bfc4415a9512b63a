// destroy() in a data listener while more is buffered: that still comes, and then 'close' without 'end'.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { flags, flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    S.resume();
    inTurn(S, C, ['one', 'two', 'three'], () => {
      C.on('data', (chunk) => {
        trace('C', 'chunk', chunk);
        C.destroy();
        trace('C', 'destroyed', flow(C), flags(C));
      });
      record(C, 'C', 'resume end close');
    });
  });
});
