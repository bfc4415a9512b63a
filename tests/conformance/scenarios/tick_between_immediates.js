// Ticks run after each immediate; an immediate set by one waits for the next turn.
// kinds: plain
'use strict';

const { run, trace } = require('../harness.cjs');

run(() => {
  setImmediate(() => {
    trace('main', 'immediate 1');
    process.nextTick(() => trace('main', 'tick of immediate 1'));
    setImmediate(() => trace('main', 'immediate of immediate 1'));
  });
  setImmediate((x) => trace('main', 'immediate 2', x), 'argument');
});
