// any() with a timeout: its TimeoutError is the reason.
// kinds: plain
'use strict';

const { heard, why } = require('../aborting.cjs');
const { run, trace } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  const any = AbortSignal.any([controller.signal, AbortSignal.timeout(20)]);
  any.addEventListener('abort', heard('main', 'any', any));
  setTimeout(() => {
    controller.abort('late');
    trace('main', 'later', why(any.reason));
  }, 80);
});
