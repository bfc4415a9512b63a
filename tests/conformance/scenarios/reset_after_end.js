// resetAndDestroy() after end(), before the peer has answered it.
// kinds: tcp
'use strict';

const { pair, record, run, settle } = require('../harness.cjs');

run(() => {
  pair({ allowHalfOpen: true }, {}, (C, S) => {
    record(C, 'C', 'finish end error close');
    record(S, 'S', 'end error close');
    S.resume();
    C.end();
    S.on('end', () => settle(() => C.resetAndDestroy()));
  });
});
