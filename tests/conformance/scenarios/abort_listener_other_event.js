// Listeners for other events are taken, and never called.
// kinds: plain
'use strict';

const { heard } = require('../aborting.cjs');
const { run } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  const { signal } = controller;
  signal.addEventListener('Abort', heard('main', 'Abort', signal));
  signal.addEventListener('close', heard('main', 'close', signal));
  signal.addEventListener('abort', heard('main', 'abort', signal));
  controller.abort();
});
