// set_encoding("latin1") keeps every byte, "ascii" drops the highest bit; each chunk is a text at once.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { chars, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.setEncoding('latin1');
    S.setEncoding('ascii');
    C.on('data', (text) => trace('C', 'text', chars(text)));
    S.on('data', (text) => trace('S', 'text', chars(text)));
    record(C, 'C', 'end close');
    record(S, 'S', 'end close');
    const chunks = [Buffer.from([0x61, 0x80, 0xe9]), Buffer.from([0xff, 0x00])];
    inTurn(S, C, chunks, () => inTurn(C, S, chunks, () => C.end()));
  });
});
