// set_encoding("utf8") on what is no UTF-8: U+FFFD as often as the standard says, and a BOM stays.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { chars, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.setEncoding('utf8');
    C.on('data', (text) => trace('C', 'text', chars(text)));
    record(C, 'C', 'end close');
    const chunks = [
      [0xef, 0xbb, 0xbf, 0x61],
      [0x61, 0x80, 0x62, 0xff, 0x63],
      [0xc0, 0xaf, 0x64],
      [0xe2, 0x28, 0xa1, 0x65],
      [0xed, 0xa0, 0x80, 0x66],
      [0xf0, 0x9f, 0x98, 0x67],
      [0xf4, 0x90, 0x80, 0x80, 0x68],
      [0xc3, 0xc3, 0xa9, 0x69],
    ];
    inTurn(S, C, chunks.map((bytes) => Buffer.from(bytes)), () => S.end());
  });
});
