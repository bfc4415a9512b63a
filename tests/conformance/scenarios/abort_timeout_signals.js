// AbortSignal.timeout(): a TimeoutError when the time is up, in the order of the times.
// kinds: plain
'use strict';

const { heard, why } = require('../aborting.cjs');
const { attempt, run, trace } = require('../harness.cjs');

run(() => {
  const slow = AbortSignal.timeout(60);
  const fast = AbortSignal.timeout(10);
  trace('main', 'fresh', slow.aborted, why(slow.reason));
  slow.addEventListener('abort', heard('main', 'slow', slow));
  fast.addEventListener('abort', heard('main', 'fast', fast));
  setTimeout(() => {
    trace('main', 'later', slow.aborted, fast.aborted);
    attempt('main', 'raises', () => {
      try {
        fast.throwIfAborted();
      } catch (err) {
        trace('main', 'raised', why(err));
      }
    });
  }, 120);
});
