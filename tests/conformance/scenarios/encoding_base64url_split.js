// set_encoding("base64url"): as base64, with the other two characters and without padding.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.setEncoding('base64url');
    C.on('data', (text) => trace('C', 'text', text));
    record(C, 'C', 'end close');
    inTurn(S, C, [Buffer.from([0xfb]), Buffer.from([0xff, 0xfe, 0xff]), 'ab'], () => S.end());
  });
});
