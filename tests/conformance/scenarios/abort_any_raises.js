// A listener of a source that throws does not keep those of any() from being called.
// kinds: plain
'use strict';

const { heard } = require('../aborting.cjs');
const { attempt, run } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  const any = AbortSignal.any([controller.signal]);
  any.addEventListener('abort', heard('main', 'any', any));
  controller.signal.addEventListener('abort', () => {
    throw new Error('source');
  });
  attempt('main', 'abort', () => controller.abort('stop'));
});
