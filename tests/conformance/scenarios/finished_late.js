// finished() after the halves are done one by one, before 'close'.
// kinds: tcp unix
'use strict';

const { finished } = require('node:stream');
const { answer, pair, record, run, settle } = require('../harness.cjs');

run(() => {
  pair({ allowHalfOpen: true }, {}, (C, S) => {
    record(S, 'S', 'end finish close');
    C.resume();
    S.resume();
    C.end();
    S.on('end', () => settle(() => {
      finished(S, { writable: false }, answer('S', 'read'));
      finished(S, answer('S', 'both'));
      settle(() => S.end());
    }));
    S.on('finish', () => finished(S, { readable: false }, answer('S', 'written')));
  });
});
