// A half-open server that has not read yet when the client ends: it can still answer, and then read.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, state, trace } = require('../harness.cjs');
const { flags, flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({ allowHalfOpen: true }, {}, (C, S) => {
    record(C, 'C', 'data end finish close');
    record(S, 'S', 'end finish close');
    inTurn(C, S, ['question'], () => {
      C.end();
      settle(() => {
        trace('S', 'settled', flow(S), flags(S), state(S));
        S.write('wait, ');
        trace('S', 'read', S.read());
        settle(() => {
          trace('S', 'ended', flags(S), state(S));
          S.end('answer');
        });
      });
    });
  });
});
