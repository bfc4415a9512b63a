// An exception in a readable listener: uncaught; the data stays, and the next 'readable' finds it.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    let first = true;
    C.on('readable', () => {
      if (first) {
        first = false;
        trace('main/C', 'raising', C.readableLength);
        throw new Error('in readable');
      }
      for (let chunk = C.read(); chunk !== null; chunk = C.read())
        trace('main/C', 'read', chunk);
    });
    record(C, 'main/C', 'end error close');
    inTurn(S, C, ['one', 'two'], () => S.end());
  });
});
