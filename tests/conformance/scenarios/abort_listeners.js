// Listeners of a signal: added twice, once, removed.
// kinds: plain
'use strict';

const { run, trace } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  const { signal } = controller;
  const one = () => trace('main', 'one');
  const two = () => trace('main', 'two');
  signal.addEventListener('abort', one);
  signal.addEventListener('abort', two, { once: true });
  signal.addEventListener('abort', one);
  signal.addEventListener('abort', () => trace('main', 'three'));
  const removed = () => trace('main', 'removed');
  signal.addEventListener('abort', removed);
  signal.removeEventListener('abort', removed);
  signal.removeEventListener('abort', removed);
  controller.abort();
  signal.addEventListener('abort', () => trace('main', 'too late'));
});
