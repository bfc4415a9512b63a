// A listener that was removed and added again is the last one.
// kinds: plain
'use strict';

const { heard } = require('../aborting.cjs');
const { run } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  const { signal } = controller;
  const [a, b] = ['a', 'b'].map((label) => heard('main', label, signal));
  signal.addEventListener('abort', a);
  signal.addEventListener('abort', b);
  signal.removeEventListener('abort', a);
  signal.addEventListener('abort', a);
  controller.abort();
});
