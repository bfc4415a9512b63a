// A server's pause_on_connect and a readable listener, as a pool does that hands connections on.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({ pauseOnConnect: true }, {}, (C, S) => {
    trace('S', 'at first', flow(S));
    S.on('readable', () => trace('S', 'readable', S.read(), flow(S)));
    record(S, 'S', 'pause resume end close');
    trace('S', 'listening', flow(S));
    C.resume();
    inTurn(C, S, ['first', 'second'], () => C.end());
  });
});
