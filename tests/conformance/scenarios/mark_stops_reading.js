// A small mark and nobody who reads: reading stops once as much is buffered, and goes on when it is taken.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');
const { arrived, flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, { readableHighWaterMark: 16 }, (C, S) => {
    record(C, 'C', 'end close');
    inTurn(S, C, ['0123456789', 'abcdefghij'], () => {
      trace('C', 'over the mark', flow(C), C.bytesRead);
      S.write('more');
      settle(() => {
        trace('C', 'settled', flow(C), C.bytesRead);
        trace('C', 'read(4)', C.read(4), C.read(1));
        arrived(C, 24, () => {
          trace('C', 'arrived', flow(C), C.bytesRead);
          C.on('data', (chunk) => trace('C', 'data', chunk));
          S.end();
        });
      });
    });
  });
});
