// read(n) with less than n left after the peer's end: all that is left, then nothing, then 'end'.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');
const { flags, flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'end close');
    inTurn(S, C, ['abc', 'de'], () => {
      trace('C', 'read(10)', C.read(10), flow(C));
      S.end();
      settle(() => {
        trace('C', 'ended', flow(C), flags(C));
        trace('C', 'read(10)', C.read(10), flow(C));
        trace('C', 'read(10)', C.read(10), flow(C), flags(C));
      });
    });
  });
});
