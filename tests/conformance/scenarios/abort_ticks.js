// Ticks that listeners for abort schedule run after abort() has returned.
// kinds: plain
'use strict';

const { note, run, trace } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  controller.signal.addEventListener('abort', () => process.nextTick(note('main', 'tick of the first')));
  controller.signal.addEventListener('abort', () => trace('main', 'second'));
  controller.signal.addEventListener('abort', () => process.nextTick(note('main', 'tick of the third')));
  process.nextTick(note('main', 'tick before'));
  controller.abort();
  trace('main', 'aborted');
});
