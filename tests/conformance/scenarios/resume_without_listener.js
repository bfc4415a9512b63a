// resume() without a 'data' listener drops the data and lets 'end' come.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'end close');
    C.resume();
    S.end(Buffer.alloc(200000));
    C.on('close', () => trace('C', 'read', C.bytesRead));
  });
});
