// A listener that removes one after it, and one that adds another, while the event is under way.
// kinds: plain
'use strict';

const { heard } = require('../aborting.cjs');
const { run, trace } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  const { signal } = controller;
  const last = heard('main', 'last', signal);
  signal.addEventListener('abort', () => {
    trace('main', 'first');
    signal.removeEventListener('abort', last);
    signal.addEventListener('abort', heard('main', 'added', signal));
  });
  signal.addEventListener('abort', heard('main', 'second', signal));
  signal.addEventListener('abort', last);
  controller.abort();
  trace('main', 'aborted');
});
