// An exception in a timer: uncaught, and the later timers run.
// kinds: plain
'use strict';

const { run, trace } = require('../harness.cjs');

run(() => {
  setTimeout(() => {
    throw new Error('in a timer');
  }, 5);
  setTimeout(() => trace('main', 'after'), 5);
  setImmediate(() => {
    setImmediate(() => trace('main', 'after the immediate'));
    throw new Error('in an immediate');
  });
});
