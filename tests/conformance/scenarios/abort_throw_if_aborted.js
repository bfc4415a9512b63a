// throwIfAborted(): nothing before, the reason itself after.
// kinds: plain
'use strict';

const { why } = require('../aborting.cjs');
const { attempt, run, trace } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  attempt('main', 'before', () => controller.signal.throwIfAborted());
  const reason = new Error('stop');
  controller.abort(reason);
  attempt('main', 'error', () => controller.signal.throwIfAborted());
  try {
    controller.signal.throwIfAborted();
  } catch (err) {
    trace('main', 'same', err === reason);
  }
  try {
    AbortSignal.abort().throwIfAborted();
  } catch (err) {
    trace('main', 'no reason', why(err));
  }
});
