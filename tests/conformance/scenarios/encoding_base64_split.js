// set_encoding("base64"): whole triples only, and the rest with its padding at the end.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.setEncoding('base64');
    C.on('data', (text) => trace('C', 'text', text));
    record(C, 'C', 'end close');
    inTurn(S, C, ['a', 'bc', 'defg', 'h', Buffer.from([0xfb, 0xff]), 'yz'], () => S.end());
  });
});
