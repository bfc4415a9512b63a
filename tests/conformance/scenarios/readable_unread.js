// A readable listener that does not read hears of what else comes, and of the end; the end waits until it has read.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');
const { flags, flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.on('readable', () => trace('C', 'readable', flow(C)));
    record(C, 'C', 'end close');
    inTurn(S, C, ['one', 'two', 'three'], () => {
      S.end();
      settle(() => {
        trace('C', 'settled', flow(C), flags(C));
        trace('C', 'read', C.read(), C.read(), C.read());
        trace('C', 'after', flow(C), flags(C));
      });
    });
  });
});
