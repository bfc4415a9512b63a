// resetAndDestroy() with a big write under way and others waiting.
// kinds: tcp
'use strict';

const { answer, pair, record, run } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'drain finish error close');
    S.on('error', () => {});
    C.write(Buffer.alloc(20000000), answer('C', 'big'));
    C.write('small', answer('C', 'small'));
    C.end(answer('C', 'end'));
    setImmediate(() => {
      C.resetAndDestroy();
      S.destroy();
    });
  });
});
