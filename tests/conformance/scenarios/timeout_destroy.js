// The usual use: destroy() in the 'timeout' listener.
// kinds: tcp unix
'use strict';

const { pair, record, run } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'timeout error end close');
    record(S, 'S', 'error end close');
    S.resume();
    C.resume();
    C.setTimeout(20);
    C.on('timeout', () => C.destroy());
  });
});
