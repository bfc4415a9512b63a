// resetAndDestroy() in 'prefinish'.
// kinds: tcp
'use strict';

const { answer, pair, record, run } = require('../harness.cjs');

run(() => {
  pair({ allowHalfOpen: true }, {}, (C, S) => {
    record(C, 'C', 'prefinish finish error close');
    S.on('error', () => {}).resume();
    C.on('prefinish', () => C.resetAndDestroy());
    C.end('x', answer('C', 'end callback'));
  });
});
