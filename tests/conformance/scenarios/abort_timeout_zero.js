// AbortSignal.timeout(0) is not aborted at once.
// kinds: plain
'use strict';

const { heard } = require('../aborting.cjs');
const { run, trace } = require('../harness.cjs');

run(() => {
  const signal = AbortSignal.timeout(0);
  signal.addEventListener('abort', heard('main', 'abort', signal));
  trace('main', 'fresh', signal.aborted);
  setTimeout(() => trace('main', 'later', signal.aborted), 40);
});
