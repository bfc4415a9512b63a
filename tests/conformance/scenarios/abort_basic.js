// abort(): the signal's state before and after, and that listeners are called within abort().
// kinds: plain
'use strict';

const { heard, why } = require('../aborting.cjs');
const { run, trace } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  const { signal } = controller;
  trace('main', 'same signal', controller.signal === signal);
  trace('main', 'before', signal.aborted, why(signal.reason));
  signal.addEventListener('abort', heard('main', 'abort', signal));
  trace('main', 'returns', controller.abort());
  trace('main', 'after', signal.aborted, why(signal.reason));
});
