// No listener at all: read() gives chunk after chunk, read(n) cuts and joins them; then comes the end.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');
const { flags, flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'end close');
    inTurn(S, C, ['one', 'two', 'three', 'four'], () => {
      trace('C', 'before', flow(C), flags(C));
      trace('C', 'read', C.read());
      trace('C', 'read(2)', C.read(2));
      trace('C', 'read(4)', C.read(4));
      trace('C', 'read', C.read());
      trace('C', 'after', flow(C), flags(C));
      S.end();
      settle(() => {
        trace('C', 'settled', flow(C), flags(C));
        trace('C', 'read', C.read(), C.read());
      });
    });
  });
});
