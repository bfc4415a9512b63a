// end() and destroy() in the peer's 'end': both halves came to their end, finished() has no error.
// kinds: tcp unix
'use strict';

const { finished } = require('node:stream');
const { answer, pair, record, run } = require('../harness.cjs');

run(() => {
  pair({ allowHalfOpen: true }, { allowHalfOpen: true }, (C, S) => {
    record(C, 'C', 'end prefinish finish error close');
    finished(C, answer('C', 'finished'));
    C.resume();
    S.resume();
    S.on('end', () => S.destroy());
    S.end();
    C.on('end', () => {
      C.end(answer('C', 'end callback'));
      C.destroy();
    });
  });
});
