// set_encoding("utf16le"): a byte, and a half of a pair, wait for the other one; an odd byte at the end is dropped.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { chars, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.setEncoding('utf16le');
    C.on('data', (text) => trace('C', 'text', chars(text)));
    record(C, 'C', 'end close');
    const start = [[0x61, 0x00, 0xe9], [0x00, 0x3d, 0xd8], [0x00, 0xde, 0x62, 0x00]];
    const chunks = [...start, [0x3d, 0xd8], [0x01], [0xde, 0x63]];
    inTurn(S, C, chunks.map((bytes) => Buffer.from(bytes)), () => S.end());
  });
});
