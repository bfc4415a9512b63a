// set_encoding() a second time: what is text already stays, what comes is in the new encoding.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.setEncoding('hex');
    record(C, 'C', 'end close');
    inTurn(S, C, ['ab', 'c'], () => {
      C.setEncoding('utf8');
      trace('C', 'changed', flow(C), C.readableEncoding);
      C.on('data', (text) => trace('C', 'text', text));
      inTurn(S, C, ['de'], () => S.end());
    });
  });
});
