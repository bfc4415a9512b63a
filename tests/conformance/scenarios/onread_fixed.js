// The option onread: what comes is read into the one buffer; no 'data' events, but 'end' and 'close'.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { inTurn } = require('../reading.cjs');

run(() => {
  const buffer = Buffer.alloc(100);
  const onread = {
    buffer,
    callback: (nread, given) => {
      trace('C', 'callback', nread, given === buffer, Buffer.from(given.subarray(0, nread)));
    },
  };
  pair({}, { onread }, (C, S) => {
    record(C, 'C', 'data readable end finish close');
    inTurn(S, C, ['first', 'the second'], () => {
      trace('C', 'sent', C.bytesRead, C.readableLength);
      S.end();
    });
  });
});
