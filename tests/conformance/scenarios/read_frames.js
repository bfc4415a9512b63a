// Frames with a length before them, cut anywhere by the network: read(2) and read(n) put them together.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    let length = null;
    C.on('readable', () => {
      for (;;) {
        const part = C.read(length ?? 2);
        if (part === null)
          return;
        if (length === null) {
          length = Number(part.toString());
        } else {
          trace('C', 'frame', part);
          length = null;
        }
      }
    });
    record(C, 'C', 'end close');
    inTurn(S, C, ['05hel', 'lo0', '3', 'you12', 'and ', 'the rest02ok'], () => S.end());
  });
});
