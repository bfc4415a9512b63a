// resetAndDestroy() twice, and after destroy().
// kinds: tcp
'use strict';

const { pair, record, run } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'error close');
    record(S, 'S', 'end error close');
    S.resume();
    C.resetAndDestroy().resetAndDestroy();
    C.destroy(new Error('late'));
  });
});
