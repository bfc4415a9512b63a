// Writes to a peer that is gone: the first is taken, the second fails with EPIPE.
// kinds: tcp
'use strict';

const { answer, pair, record, run, settle } = require('../harness.cjs');

run(() => {
  pair({}, { allowHalfOpen: true }, (C, S) => {
    record(C, 'C', 'end error finish close');
    C.resume();
    S.destroy();
    C.on('end', () => settle(() => {
      C.write('one', answer('C', 'first write'));
      settle(() => {
        C.write('two', answer('C', 'second write'));
        C.end(answer('C', 'end'));
      });
    }));
  });
});
