// onread: set_encoding() changes nothing, the callback gets bytes.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { inTurn } = require('../reading.cjs');

run(() => {
  const onread = {
    buffer: Buffer.alloc(20),
    callback: (nread, given) => {
      trace('C', 'callback', nread, Buffer.from(given.subarray(0, nread)));
    },
  };
  pair({}, { onread }, (C, S) => {
    C.setEncoding('hex');
    record(C, 'C', 'data end close');
    inTurn(S, C, ['ab', Buffer.from([0xc3])], () => S.end());
  });
});
