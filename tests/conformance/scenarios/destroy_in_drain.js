// destroy() in the 'drain' listener: the write callbacks are still answered.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, settle } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'drain error finish close');
    C.on('drain', () => C.destroy());
    S.on('error', () => {});
    S.pause();
    C.write(Buffer.alloc(20000000), answer('C', 'first callback'));
    C.write('x', answer('C', 'second callback'));
    settle(() => S.resume());
  });
});
