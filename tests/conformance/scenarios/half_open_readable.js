// A half-open client that reads with 'readable' after its own end, and destroys itself at 'end'.
// kinds: tcp unix
'use strict';

const { pair, record, run, state, trace } = require('../harness.cjs');
const { inTurn } = require('../reading.cjs');

run(() => {
  pair({ allowHalfOpen: true }, { allowHalfOpen: true }, (C, S) => {
    C.on('readable', () => {
      for (let chunk = C.read(); chunk !== null; chunk = C.read())
        trace('C', 'read', chunk, state(C));
    });
    C.on('end', () => {
      trace('C', 'end', state(C));
      C.destroy();
    });
    record(C, 'C', 'finish close');
    record(S, 'S', 'data end finish close');
    S.on('end', () => inTurn(S, C, ['one', 'two'], () => S.end()));
    C.end('that is all');
  });
});
