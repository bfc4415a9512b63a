// pause() in a data listener: reading goes on up to the mark, and stops there until resume().
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, { readableHighWaterMark: 8 }, (C, S) => {
    C.on('data', (chunk) => {
      trace('C', 'data', chunk);
      if (chunk.toString() === 'first')
        C.pause();
    });
    record(C, 'C', 'pause resume end close');
    inTurn(S, C, ['first', 'second', 'third'], () => {
      trace('C', 'at the mark', flow(C), C.bytesRead);
      S.end('fourth');
      settle(() => {
        trace('C', 'settled', flow(C), C.bytesRead);
        C.resume();
      });
    });
  });
});
