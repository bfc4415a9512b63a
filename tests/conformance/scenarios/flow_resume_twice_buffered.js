// resume() twice with data buffered: one 'resume', each chunk once.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.pause();
    inTurn(S, C, ['one', 'two'], () => {
      C.on('data', (chunk) => trace('C', 'chunk', chunk));
      record(C, 'C', 'pause resume end close');
      trace('C', 'before', flow(C));
      C.resume();
      C.resume();
      trace('C', 'resumed', flow(C));
      setImmediate(() => {
        trace('C', 'later', flow(C));
        C.resume();
        S.end();
      });
    });
  });
});
