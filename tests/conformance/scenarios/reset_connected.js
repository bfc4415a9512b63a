// resetAndDestroy() of a connected socket: no error here, ECONNRESET there.
// kinds: tcp
'use strict';

const { pair, record, run, state, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'end error finish close');
    record(S, 'S', 'end error finish close');
    S.resume();
    trace('C', 'returns itself', C.resetAndDestroy() === C, state(C), C.errored);
  });
});
