// The listeners of a signal come before those of the signals that any() made of it; all of them are aborted by then.
// kinds: plain
'use strict';

const { heard } = require('../aborting.cjs');
const { run, trace } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  const { signal } = controller;
  signal.addEventListener('abort', () => trace('main', 'first listener', one.aborted, two.aborted));
  const one = AbortSignal.any([signal]);
  const two = AbortSignal.any([signal, new AbortController().signal]);
  two.addEventListener('abort', heard('main', 'two', two));
  one.addEventListener('abort', heard('main', 'one', one));
  signal.addEventListener('abort', heard('main', 'last listener', signal));
  controller.abort('stop');
});
