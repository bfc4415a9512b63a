// finished() of a socket that dies of an error: the callback gets it, and it counts as heard.
// kinds: tcp unix
'use strict';

const { finished } = require('node:stream');
const { answer, pair, record, run } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    finished(C, answer('C', 'first'));
    finished(C, answer('C', 'second'));
    record(C, 'C', 'close');
    S.resume();
    C.destroy(new Error('enough'));
  });
});
