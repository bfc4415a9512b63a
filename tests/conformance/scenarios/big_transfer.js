// A million bytes in one write arrive whole.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(S, 'S', 'data end close');
    record(C, 'C', 'finish close');
    C.resume();
    C.end(Buffer.alloc(1000000, 'abcdefghijklmnopqrstuvwxyz'), answer('C', 'end callback'));
    C.on('close', () => trace('C', 'written', C.bytesWritten));
    S.on('close', () => trace('S', 'read', S.bytesRead));
  });
});
