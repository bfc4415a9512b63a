// The option encoding: the socket gives text from the first byte on.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { chars, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, { encoding: 'utf8' }, (C, S) => {
    trace('C', 'encoding', C.readableEncoding);
    C.on('data', (text) => trace('C', 'text', chars(text)));
    record(C, 'C', 'end close');
    inTurn(S, C, [Buffer.from([0xc3]), Buffer.from([0xa9])], () => S.end());
  });
});
