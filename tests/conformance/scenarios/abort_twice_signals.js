// The second abort() does nothing: no event, and the first reason stays.
// kinds: plain
'use strict';

const { heard } = require('../aborting.cjs');
const { run, trace } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  const { signal } = controller;
  signal.addEventListener('abort', heard('main', 'abort', signal));
  controller.abort('first');
  controller.abort('second');
  controller.abort();
  trace('main', 'reason', signal.reason);
});
