// AbortSignal.timeout() does not keep the loop alive.
// kinds: plain
'use strict';

const { heard } = require('../aborting.cjs');
const { run, trace } = require('../harness.cjs');

run(() => {
  const signal = AbortSignal.timeout(60000);
  signal.addEventListener('abort', heard('main', 'never', signal));
  trace('main', 'waiting', signal.aborted);
});
