// onread: pause() between two chunks keeps the next one in the kernel until resume().
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  const onread = {
    buffer: Buffer.alloc(40),
    callback: (nread, given) => {
      trace('C', 'callback', Buffer.from(given.subarray(0, nread)));
    },
  };
  pair({}, { onread }, (C, S) => {
    record(C, 'C', 'pause resume end close');
    inTurn(S, C, ['first'], () => {
      C.pause();
      S.end('second');
      settle(() => {
        trace('C', 'settled', flow(C), C.bytesRead);
        C.resume();
      });
    });
  });
});
