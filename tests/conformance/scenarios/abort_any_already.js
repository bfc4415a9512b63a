// any() of signals of which some are aborted: aborted from the start, for the reason of the first of those.
// kinds: plain
'use strict';

const { heard, why } = require('../aborting.cjs');
const { run, trace } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  const any = AbortSignal.any([controller.signal, AbortSignal.abort('second'), AbortSignal.abort('third')]);
  trace('main', 'any', any.aborted, any.reason);
  any.addEventListener('abort', heard('main', 'never', any));
  controller.abort('first');
  trace('main', 'after', any.reason);
  trace('main', 'no reason', why(AbortSignal.any([AbortSignal.abort()]).reason));
});
