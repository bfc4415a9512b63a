// set_encoding() with bytes buffered: they are text too, as one, and half a character waits for the rest.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { chars, flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'end close');
    inTurn(S, C, [Buffer.from([0x61, 0xc3]), Buffer.from([0xa9, 0x62]), Buffer.from([0xe2, 0x82])], () => {
      trace('C', 'bytes', flow(C));
      C.setEncoding('utf8');
      trace('C', 'text', flow(C));
      C.on('data', (text) => trace('C', 'text', chars(text)));
      inTurn(S, C, [Buffer.from([0xac])], () => S.end());
    });
  });
});
