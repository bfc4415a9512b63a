// set_encoding("hex"): two characters a byte, and readable_length and read(n) count characters.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.setEncoding('hex');
    record(C, 'C', 'end close');
    inTurn(S, C, [Buffer.from([0x00, 0xff]), Buffer.from([0x7f])], () => {
      trace('C', 'buffered', flow(C), C.readableEncoding);
      trace('C', 'read', C.read(1), C.read(4), C.read(2), C.read());
      trace('C', 'after', flow(C), C.bytesRead);
      C.on('data', (text) => trace('C', 'text', text));
      S.end(Buffer.from([0x0a]));
    });
  });
});
