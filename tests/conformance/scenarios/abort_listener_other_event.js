// Listeners for another event than abort are never called.
// kinds: plain
'use strict';

const { heard } = require('../aborting.cjs');
const { attempt, run } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  const { signal } = controller;
  attempt('main', 'other event', () => signal.addEventListener('Abort', heard('main', 'Abort', signal)));
  signal.addEventListener('abort', heard('main', 'abort', signal));
  controller.abort();
});
