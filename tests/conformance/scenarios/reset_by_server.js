// resetAndDestroy() of an accepted socket.
// kinds: tcp
'use strict';

const { pair, record, run } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'end error finish close');
    record(S, 'S', 'end error finish close');
    C.resume();
    S.resetAndDestroy();
  });
});
