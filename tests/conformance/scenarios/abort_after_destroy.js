// A signal that is aborted after its socket was destroyed, or closed: nothing.
// kinds: tcp unix
'use strict';

const { pair, record, run, state, trace } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  pair({}, { signal: controller.signal }, (C, S) => {
    record(C, 'C', 'error close');
    C.destroy();
    S.destroy();
    controller.abort();
    trace('C', 'after', state(C), C.errored);
  });
});
