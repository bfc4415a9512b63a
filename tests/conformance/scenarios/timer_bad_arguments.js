// Callbacks that are no functions raise.
// kinds: plain
'use strict';

const { attempt, run } = require('../harness.cjs');

run(() => {
  attempt('main', 'setTimeout', () => setTimeout('text', 5));
  attempt('main', 'setImmediate', () => setImmediate(5));
  attempt('main', 'nextTick', () => process.nextTick(null));
});
