// Several writes leave as one batch, and destroy(err) comes while it is under way.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run } = require('../harness.cjs');

run(() => {
  pair({ pauseOnConnect: true }, {}, (C, S) => {
    record(C, 'C', 'error close');
    S.on('error', () => {});
    C.cork();
    C.write(Buffer.alloc(10000000), answer('C', 'one'));
    C.write(Buffer.alloc(10000000), answer('C', 'two'));
    C.write('three', answer('C', 'three'));
    C.uncork();
    C.write('four', answer('C', 'four'));
    C.end('five', answer('C', 'end callback'));
    C.destroy(new Error('boom'));
    C.on('close', () => S.destroy());
  });
});
