// An exception in a tick: uncaught, and the later ticks run.
// kinds: plain
'use strict';

const { run, trace } = require('../harness.cjs');

run(() => {
  process.nextTick(() => trace('main', 'before'));
  process.nextTick(() => {
    throw new Error('in a tick');
  });
  process.nextTick(() => trace('main', 'after'));
});
