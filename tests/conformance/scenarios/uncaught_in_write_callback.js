// An exception in a write callback: uncaught, and the next callbacks run.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'main/C', 'error end finish close');
    record(S, 'S', 'data end close');
    C.resume();
    C.write('one ', () => {
      throw new Error('in a callback');
    });
    C.write('two', answer('main/C', 'second callback'));
    setImmediate(() => C.end());
  });
});
