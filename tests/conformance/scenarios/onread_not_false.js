// onread: only False stops the reading; None, 0 and an empty text do not.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { inTurn } = require('../reading.cjs');

run(() => {
  const answers = [undefined, null, 0, '', true];
  const onread = {
    buffer: Buffer.alloc(2),
    callback: (nread, given) => {
      trace('C', 'callback', Buffer.from(given.subarray(0, nread)));
      return answers.shift();
    },
  };
  pair({}, { onread }, (C, S) => {
    record(C, 'C', 'data end close');
    inTurn(S, C, ['aabbccddee'], () => S.end());
  });
});
