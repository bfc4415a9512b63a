// set_encoding("utf8"): the start of a character in one chunk, and something else in the next one.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { chars, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.setEncoding('utf8');
    C.on('data', (text) => trace('C', 'text', chars(text)));
    record(C, 'C', 'end close');
    const chunks = [[0x61, 0xe2], [0x62], [0xf0, 0x9f], [0x63, 0xc3], [0xc3], [0xa9, 0xe2, 0x82], [0xc3, 0xa9], [0x64]];
    inTurn(S, C, chunks.map((bytes) => Buffer.from(bytes)), () => S.end());
  });
});
