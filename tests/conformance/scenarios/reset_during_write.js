// The peer resets while a big write is under way: the callbacks get errors, then 'error', 'close' with true.
// kinds: tcp
'use strict';

const { answer, pair, record, run, settle } = require('../harness.cjs');

run(() => {
  pair({ pauseOnConnect: true }, {}, (C, S) => {
    record(C, 'C', 'end finish drain error close');
    C.resume();
    C.write(Buffer.alloc(20000000), answer('C', 'first write'));
    C.write('more', answer('C', 'second write'));
    settle(() => S.destroy());
  });
});
