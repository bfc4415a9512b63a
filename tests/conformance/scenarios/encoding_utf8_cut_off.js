// set_encoding("utf8"): what is left of a character at the end is one U+FFFD, before 'end'.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { chars, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.setEncoding('utf8');
    C.on('data', (text) => trace('C', 'text', chars(text)));
    record(C, 'C', 'end close');
    inTurn(S, C, [Buffer.from([0x61, 0xf0, 0x9f]), Buffer.from([0x98])], () => S.end());
  });
});
