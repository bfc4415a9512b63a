// any() of nothing is never aborted; of one signal twice, it is aborted once.
// kinds: plain
'use strict';

const { heard, why } = require('../aborting.cjs');
const { run, trace } = require('../harness.cjs');

run(() => {
  const none = AbortSignal.any([]);
  trace('main', 'none', none.aborted, why(none.reason));
  const controller = new AbortController();
  const twice = AbortSignal.any([controller.signal, controller.signal]);
  twice.addEventListener('abort', heard('main', 'twice', twice));
  controller.abort('stop');
});
