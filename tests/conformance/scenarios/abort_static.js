// AbortSignal.abort(): aborted from the start.
// kinds: plain
'use strict';

const { heard, why } = require('../aborting.cjs');
const { run, trace } = require('../harness.cjs');

run(() => {
  const signal = AbortSignal.abort();
  trace('main', 'nothing', signal.aborted, why(signal.reason), signal instanceof AbortSignal);
  trace('main', 'text', AbortSignal.abort('stop').reason);
  trace('main', 'two', AbortSignal.abort() === AbortSignal.abort());
  signal.addEventListener('abort', heard('main', 'never', signal));
});
