// A server's high_water_mark holds for reading from its connections: a client that sends too much has to wait.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({ highWaterMark: 4 }, {}, (C, S) => {
    C.resume();
    record(S, 'S', 'end close');
    inTurn(C, S, ['hello'], () => {
      C.end(' again');
      settle(() => {
        trace('S', 'settled', flow(S), S.bytesRead);
        S.on('data', (chunk) => trace('S', 'data', chunk));
      });
    });
  });
});
