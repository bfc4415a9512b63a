// onread with a buffer that is smaller than what comes: one callback after the other, in order.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { inTurn } = require('../reading.cjs');

run(() => {
  const parts = [];
  const onread = {
    buffer: Buffer.alloc(7),
    callback: (nread, given) => {
      parts.push(Buffer.from(given.subarray(0, nread)));
    },
  };
  pair({}, { onread }, (C, S) => {
    record(C, 'C', 'data end close');
    const message = Buffer.alloc(1000, 'abcdefghijk');
    inTurn(S, C, [message], () => {
      trace('C', 'together', Buffer.concat(parts).equals(message), C.bytesRead);
      trace('C', 'no bigger', parts.every((part) => part.length <= 7 && part.length > 0));
      S.end();
    });
  });
});
