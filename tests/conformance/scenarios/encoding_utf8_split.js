// set_encoding("utf8"): characters that are cut anywhere come whole, in the first data event that can have them.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { chars, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.setEncoding('utf8');
    C.on('data', (text) => trace('C', 'text', chars(text)));
    record(C, 'C', 'end close');
    const two = Buffer.from([0x61, 0xc3]);
    const three = Buffer.from([0xa9, 0xe2, 0x82]);
    const four = Buffer.from([0xac, 0xf0]);
    const bytes = [0x9f, 0x98, 0x80].map((byte) => Buffer.from([byte]));
    inTurn(S, C, [two, three, four, ...bytes, 'z'], () => S.end());
  });
});
