// An error after finished() has called back: it is not called again, and the error still counts as heard.
// kinds: tcp unix
'use strict';

const { finished } = require('node:stream');
const { answer, pair, record, run, settle } = require('../harness.cjs');

run(() => {
  pair({ allowHalfOpen: true }, {}, (C, S) => {
    record(C, 'C', 'finish close');
    finished(C, { readable: false }, answer('C', 'written'));
    C.resume();
    S.resume();
    C.end();
    S.on('end', () => settle(() => {
      C.destroy(new Error('afterwards'));
      S.destroy();
    }));
  });
});
