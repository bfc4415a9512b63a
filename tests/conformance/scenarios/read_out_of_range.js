// read(n) for more than a gibibyte is refused, and nothing is lost.
// kinds: tcp unix
'use strict';

const { attempt, pair, record, run, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'data end error close');
    C.pause();
    inTurn(S, C, ['still here'], () => {
      attempt('C', 'too much', () => C.read(1024 ** 3 + 1));
      trace('C', 'after', flow(C), C.readableHighWaterMark);
      C.resume();
      S.end();
    });
  });
});
