// destroy() of a socket with unread input in the kernel: the peer gets ECONNRESET.
// kinds: tcp unix
'use strict';

const { pair, record, run } = require('../harness.cjs');

run(() => {
  pair({ pauseOnConnect: true }, {}, (C, S) => {
    record(C, 'C', 'data end error close');
    record(S, 'S', 'error close');
    C.write('never read', () => S.destroy());
  });
});
