// A signal that is aborted when connected: the reason is the cause of the error, and the peer sees the end.
// kinds: tcp unix
'use strict';

const { pair, record, run, state, trace } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  pair({}, { signal: controller.signal }, (C, S) => {
    record(C, 'C', 'end error close');
    record(S, 'S', 'end error close');
    S.resume();
    C.on('error', (err) => trace('C', 'cause', err.name, err.cause, err.cause === controller.signal.reason));
    controller.abort(new Error('enough'));
    trace('C', 'after', state(C));
  });
});
