// What main() schedules: ticks in order, and those they add, before any timer or immediate.
// kinds: plain
'use strict';

const { run, trace } = require('../harness.cjs');

run(() => {
  process.nextTick(() => {
    trace('main', 'tick 1');
    process.nextTick(() => trace('main', 'tick from tick 1'));
  });
  setTimeout(() => trace('main', 'timeout'), 20);
  process.nextTick((a, b) => trace('main', 'tick 2', a, b), 'with', 'arguments');
  trace('main', 'main ends');
});
