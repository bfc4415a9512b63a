// write() after end(): the callback, 'error', 'close'; what was queued before still arrives.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, state, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'finish end error close');
    record(S, 'S', 'data end error close');
    C.resume();
    C.end('in time', answer('C', 'end callback'));
    trace('C', 'write', C.write('late', answer('C', 'write callback')));
    trace('C', 'state', state(C));
  });
});
