// onread: an exception in the callback is uncaught, and the socket reads on.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { inTurn } = require('../reading.cjs');

run(() => {
  let first = true;
  const onread = {
    buffer: Buffer.alloc(30),
    callback: (nread, given) => {
      trace('main/C', 'callback', Buffer.from(given.subarray(0, nread)));
      if (first) {
        first = false;
        throw new Error('in onread');
      }
    },
  };
  pair({}, { onread }, (C, S) => {
    record(C, 'main/C', 'data end error close');
    inTurn(S, C, ['one', 'two'], () => S.end());
  });
});
