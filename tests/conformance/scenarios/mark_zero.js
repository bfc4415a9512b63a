// A mark of zero: one chunk at a time is read, and the next one only after a read() that finds nothing.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');
const { arrived, flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, { readableHighWaterMark: 0 }, (C, S) => {
    record(C, 'C', 'end close');
    C.on('readable', () => trace('C', 'readable', flow(C), C.bytesRead));
    inTurn(S, C, ['one'], () => {
      S.write('two');
      settle(() => {
        trace('C', 'settled', flow(C), C.bytesRead);
        trace('C', 'read', C.read(), C.read(), flow(C));
        arrived(C, 6, () => {
          trace('C', 'read', C.read(), C.read(), flow(C));
          S.end();
        });
      });
    });
  });
});
