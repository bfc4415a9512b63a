// What a listener throws is uncaught, later: abort() returns, the listeners after it are called.
// kinds: plain
'use strict';

const { heard } = require('../aborting.cjs');
const { attempt, note, run, trace } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  const { signal } = controller;
  signal.addEventListener('abort', () => {
    throw new Error('first');
  });
  signal.addEventListener('abort', heard('main', 'second', signal));
  attempt('main', 'abort', () => controller.abort());
  trace('main', 'aborted', signal.aborted);
  setTimeout(note('main', 'later'), 30);
});
