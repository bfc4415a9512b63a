// The readable listener is removed and no other is there: what comes is kept, for a data listener that comes later.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    const onReadable = () => trace('C', 'readable', C.read(5));
    C.on('readable', onReadable);
    record(C, 'C', 'end close');
    inTurn(S, C, ['hello, you'], () => {
      C.off('readable', onReadable);
      trace('C', 'removed', flow(C));
      inTurn(S, C, [' there'], () => {
        trace('C', 'more came', flow(C));
        C.on('data', (chunk) => trace('C', 'data', chunk));
        S.end();
      });
    });
  });
});
