// A listener that is added after abort() is never called.
// kinds: plain
'use strict';

const { heard } = require('../aborting.cjs');
const { run, trace } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  const { signal } = controller;
  controller.abort();
  signal.addEventListener('abort', heard('main', 'late', signal));
  signal.onabort = heard('main', 'late onabort', signal);
  controller.abort();
  setImmediate(() => trace('main', 'an immediate later', signal.aborted));
});
