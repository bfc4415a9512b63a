// AbortSignal cannot be made directly; what is set on a signal or controller that is read-only changes nothing.
// kinds: plain
'use strict';

const { attempt, run, trace } = require('../harness.cjs');

run(() => {
  attempt('main', 'AbortSignal', () => new AbortSignal());
  const { signal } = new AbortController();
  trace('main', 'signal', signal instanceof AbortSignal, signal.aborted);
});
