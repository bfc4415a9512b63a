// destroy(err) while a write without a callback is under way: those that wait get that error.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run } = require('../harness.cjs');

run(() => {
  pair({ pauseOnConnect: true }, {}, (C, S) => {
    record(C, 'C', 'error close');
    S.on('error', () => {});
    C.write(Buffer.alloc(20000000));
    C.write('two', answer('C', 'two'));
    C.end('three', answer('C', 'end callback'));
    C.destroy(new Error('boom'));
    C.on('close', () => S.destroy());
  });
});
