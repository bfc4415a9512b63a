// Any value can be the reason; none is an AbortError.
// kinds: plain
'use strict';

const { why } = require('../aborting.cjs');
const { run, trace } = require('../harness.cjs');

run(() => {
  const reasons = [
    ['nothing', undefined],
    ['text', 'stop'],
    ['empty text', ''],
    ['number', 0],
    ['error', new Error('broken')],
  ];
  for (const [label, reason] of reasons) {
    const controller = new AbortController();
    controller.abort(reason);
    trace('main', label, controller.signal.aborted, why(controller.signal.reason));
    trace('main', label, reason === undefined || controller.signal.reason === reason);
  }
});
