// Ticks run after each timer's callback, before the next timer's.
// kinds: plain
'use strict';

const { run, trace } = require('../harness.cjs');

run(() => {
  setTimeout(() => {
    trace('main', 'timer 1');
    process.nextTick(() => trace('main', 'tick of timer 1'));
  }, 5);
  setTimeout(() => {
    trace('main', 'timer 2');
    process.nextTick(() => trace('main', 'tick of timer 2'));
  }, 5);
});
