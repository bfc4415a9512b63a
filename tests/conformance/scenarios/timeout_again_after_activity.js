// After a 'timeout', activity arms the timer again.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    let count = 0;
    C.resume();
    S.resume();
    C.setTimeout(20);
    C.on('timeout', () => {
      count += 1;
      trace('C', 'timeout', count);
      if (count === 1)
        S.write('wake');
      else if (count === 2)
        C.write('wake');
      else
        C.destroy();
    });
    record(C, 'C', 'close');
  });
});
