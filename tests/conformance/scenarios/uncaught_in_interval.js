// An interval that raises: uncaught, and the interval goes on.
// kinds: plain
'use strict';

const { run, trace } = require('../harness.cjs');

run(() => {
  let count = 0;
  const timer = setInterval(() => {
    count += 1;
    trace('main', 'interval', count);
    if (count === 2)
      clearInterval(timer);
    throw new Error(`interval ${count}`);
  }, 5);
});
