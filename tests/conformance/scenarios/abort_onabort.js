// onabort: none at first, one at a time, in the place where it was set first, and away with null.
// kinds: plain
'use strict';

const { heard } = require('../aborting.cjs');
const { run, trace } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  const { signal } = controller;
  trace('main', 'fresh', signal.onabort === null);
  signal.addEventListener('abort', heard('main', 'first', signal));
  signal.onabort = heard('main', 'never', signal);
  signal.addEventListener('abort', heard('main', 'last', signal));
  const kept = heard('main', 'onabort', signal);
  signal.onabort = kept;
  trace('main', 'set', signal.onabort === kept);
  controller.abort();
  const other = new AbortController();
  other.signal.onabort = heard('main', 'never', other.signal);
  other.signal.onabort = null;
  trace('main', 'away', other.signal.onabort === null);
  other.abort();
});
