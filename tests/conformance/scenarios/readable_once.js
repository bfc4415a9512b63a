// once('readable'): waits for the first bytes and then leaves the socket as it was.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.once('readable', () => trace('C', 'readable', flow(C), C.read()));
    record(C, 'C', 'end close');
    inTurn(S, C, ['greeting', 'the rest'], () => {
      trace('C', 'later', flow(C));
      C.on('data', (chunk) => trace('C', 'chunk', chunk));
      trace('C', 'listening', flow(C));
      S.end();
    });
  });
});
