// set_encoding("utf8") and a readable listener: the rest of a character that is cut off is read like any text.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { chars, flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.setEncoding('utf8');
    C.on('readable', () => {
      trace('C', 'readable', flow(C));
      for (let text = C.read(); text !== null; text = C.read())
        trace('C', 'text', chars(text));
    });
    record(C, 'C', 'end close');
    inTurn(S, C, [Buffer.from([0x61, 0xe2]), Buffer.from([0x82])], () => S.end());
  });
});
