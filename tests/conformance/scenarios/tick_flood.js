// Ticks that add ticks all run before the loop goes on.
// kinds: plain
'use strict';

const { run, trace } = require('../harness.cjs');

run(() => {
  let left = 1000;
  const again = () => {
    left -= 1;
    if (left > 0)
      process.nextTick(again);
  };
  setImmediate(() => trace('main', 'immediate', left));
  process.nextTick(again);
});
