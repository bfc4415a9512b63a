// A 'drain' listener that writes past the mark again gets another 'drain'.
// kinds: tcp unix
'use strict';

const { answer, pair, run, settle, trace } = require('../harness.cjs');
const { queue } = require('../writing.cjs');

run(() => {
  pair({}, { highWaterMark: 4 }, (C, S) => {
    let left = 3;
    S.resume();
    C.resume();
    const batch = () => {
      C.cork();
      trace('C', 'batch', C.write('12345', answer('C', 'batch callback')), queue(C));
      C.uncork();
    };
    C.on('drain', () => {
      trace('C', 'drain', queue(C));
      left -= 1;
      if (left > 0)
        batch();
      else
        settle(() => C.end());
    });
    batch();
  });
});
