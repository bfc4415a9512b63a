// Timers run by their time, those of one time in the order they were set.
// kinds: plain
'use strict';

const { run, trace } = require('../harness.cjs');

run(() => {
  setTimeout(() => trace('main', '40'), 40);
  setTimeout(() => trace('main', '10, first'), 10);
  setTimeout(() => trace('main', '10, second'), 10);
  setTimeout(() => {
    trace('main', '20');
    setTimeout(() => trace('main', '20 after 20'), 60);
  }, 20);
  setTimeout((a, b) => trace('main', 'arguments', a, b), 60, 1, 'two');
});
