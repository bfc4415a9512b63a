// finished() of one half of a socket that is destroyed when only the other is done.
// kinds: tcp unix
'use strict';

const { finished } = require('node:stream');
const { answer, pair, record, run, settle } = require('../harness.cjs');

run(() => {
  pair({ allowHalfOpen: true }, {}, (C, S) => {
    record(C, 'C', 'end finish');
    finished(C, { readable: false }, answer('C', 'written'));
    finished(C, { writable: false }, answer('C', 'read'));
    C.resume();
    S.resume();
    C.end();
    S.on('end', () => settle(() => {
      C.destroy();
      S.destroy();
    }));
  });
});
