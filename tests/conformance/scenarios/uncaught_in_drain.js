// An exception in the 'drain' listener: uncaught, and the socket goes on.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.on('drain', () => {
      setImmediate(() => C.end('and on'));
      throw new Error('in drain');
    });
    record(C, 'main/C', 'error finish close');
    C.resume();
    S.pause();
    C.write(Buffer.alloc(20000000));
    settle(() => S.resume());
  });
});
