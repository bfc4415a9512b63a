// read(n) after set_encoding() counts characters, also over chunks.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');
const { chars, flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.setEncoding('utf8');
    record(C, 'C', 'end close');
    inTurn(S, C, [Buffer.from('\u00e4\u00f6\u00fc'), Buffer.from('\u20ac-'), 'xyz'], () => {
      trace('C', 'buffered', flow(C), C.bytesRead);
      trace('C', 'read(2)', chars(C.read(2)), flow(C));
      trace('C', 'read(3)', chars(C.read(3)), flow(C));
      trace('C', 'read(4)', chars(C.read(4)), flow(C));
      S.end();
      settle(() => {
        trace('C', 'read(4)', chars(C.read(4)), flow(C));
        trace('C', 'read(4)', C.read(4));
      });
    });
  });
});
