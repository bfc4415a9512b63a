// Listeners in the order in which they were added; the same function is there once; once is once.
// kinds: plain
'use strict';

const { heard } = require('../aborting.cjs');
const { run, trace } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  const { signal } = controller;
  const twice = heard('main', 'twice', signal);
  trace('main', 'returns', signal.addEventListener('abort', twice));
  signal.addEventListener('abort', heard('main', 'once', signal), { once: true });
  signal.addEventListener('abort', twice);
  signal.addEventListener('abort', heard('main', 'last', signal));
  controller.abort();
});
