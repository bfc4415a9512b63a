// The peer has ended and its data is unread: still readable, no 'end'; the socket's own end waits for it.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, state, trace } = require('../harness.cjs');
const { flags, flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'end finish close');
    inTurn(S, C, ['one', 'two'], () => {
      S.end();
      settle(() => {
        trace('C', 'settled', flow(C), flags(C), state(C));
        C.on('data', (chunk) => trace('C', 'data', chunk));
      });
    });
  });
});
