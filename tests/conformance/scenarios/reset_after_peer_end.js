// resetAndDestroy() of a half-open socket whose peer has ended.
// kinds: tcp
'use strict';

const { pair, record, run, settle } = require('../harness.cjs');

run(() => {
  pair({}, { allowHalfOpen: true }, (C, S) => {
    record(C, 'C', 'finish end error close');
    record(S, 'S', 'finish end error close');
    C.resume();
    S.resume();
    S.end();
    C.on('end', () => settle(() => C.resetAndDestroy()));
  });
});
