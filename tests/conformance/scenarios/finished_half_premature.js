// finished() of a socket that was ended but destroyed before the peer's end, and of one that heard the end only.
// kinds: tcp unix
'use strict';

const { finished } = require('node:stream');
const { answer, pair, record, run, settle } = require('../harness.cjs');

run(() => {
  pair({ allowHalfOpen: true }, {}, (C, S) => {
    record(C, 'C', 'end finish error');
    record(S, 'S', 'end finish error');
    finished(C, answer('C', 'finished'));
    finished(S, answer('S', 'finished'));
    S.resume();
    C.resume();
    C.end();
    S.on('end', () => settle(() => {
      C.destroy();
      S.destroy();
    }));
  });
});
