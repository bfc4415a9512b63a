// Nobody reads a big message: what is buffered is at the mark or over it, and stays; then all of it can be had.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    S.end(Buffer.alloc(3000000, 'big'));
    settle(() => {
      const [length, count] = [C.readableLength, C.bytesRead];
      trace('C', 'settled', length >= 65536, length < 65536 + 65536, length === count);
      settle(() => {
        trace('C', 'as before', C.readableLength === length, C.bytesRead === count);
        record(C, 'C', 'data end close');
      });
    });
  });
});
