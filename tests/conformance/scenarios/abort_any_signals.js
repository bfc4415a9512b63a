// AbortSignal.any(): aborted with the first of its signals, for its reason, once.
// kinds: plain
'use strict';

const { heard, why } = require('../aborting.cjs');
const { run, trace } = require('../harness.cjs');

run(() => {
  const [a, b] = [new AbortController(), new AbortController()];
  const any = AbortSignal.any([a.signal, b.signal]);
  trace('main', 'fresh', any.aborted, why(any.reason), any === a.signal);
  any.addEventListener('abort', heard('main', 'any', any));
  b.abort('b');
  a.abort('a');
  trace('main', 'after', any.reason, a.signal.reason);
});
