// Activity within the time puts 'timeout' off.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    let writes = 0;
    C.on('timeout', () => trace('C', 'timeout', writes));
    C.setTimeout(250);
    C.resume();
    S.resume();
    const timer = setInterval(() => {
      writes += 1;
      S.write('x');
      if (writes === 10) {
        clearInterval(timer);
        C.end();
      }
    }, 50);
    record(C, 'C', 'end close');
  });
});
