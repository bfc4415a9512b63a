// read() meets the end and destroy(err) follows in the same step: 'end' does not come.
// kinds: tcp unix
'use strict';

const { pair, record, run } = require('../harness.cjs');

run(() => {
  pair({ allowHalfOpen: true }, { allowHalfOpen: true }, (C, S) => {
    record(C, 'C', 'end finish error close');
    S.resume();
    S.on('end', () => S.destroy());
    C.on('readable', () => {
      if (C.read() === null)
        C.destroy(new Error('boom'));
    });
    S.end('x');
  });
});
