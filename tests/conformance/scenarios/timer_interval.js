// An interval runs until it is cleared, also when it clears itself.
// kinds: plain
'use strict';

const { run, trace } = require('../harness.cjs');

run(() => {
  let count = 0;
  const timer = setInterval((what) => {
    count += 1;
    trace('main', 'interval', what, count);
    if (count === 3)
      clearInterval(timer);
  }, 5, 'argument');
});
