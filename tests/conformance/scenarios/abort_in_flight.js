// A signal that is aborted while a big write is under way.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  pair({}, { signal: controller.signal }, (C, S) => {
    record(C, 'C', 'error close');
    S.on('error', () => {});
    C.write(Buffer.alloc(20000000), answer('C', 'big'));
    C.write('small', answer('C', 'small'));
    setImmediate(() => {
      controller.abort();
      S.destroy();
    });
  });
});
