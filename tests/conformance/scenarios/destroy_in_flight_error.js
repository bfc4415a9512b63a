// destroy(error) with a write under way: ECANCELED for that one, the error for those behind it.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, settle } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'drain error finish close');
    S.on('error', () => {});
    S.pause();
    C.write(Buffer.alloc(20000000), answer('C', 'big write'));
    C.write('more', answer('C', 'small write'));
    C.end(answer('C', 'end'));
    settle(() => {
      C.destroy(new Error('enough'));
      S.resume();
    });
  });
});
