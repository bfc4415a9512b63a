// destroy(err) in 'prefinish': 'finish' still comes, after 'error'.
// kinds: tcp unix
'use strict';

const { finished } = require('node:stream');
const { answer, pair, record, run } = require('../harness.cjs');

run(() => {
  pair({ allowHalfOpen: true }, {}, (C, S) => {
    record(C, 'C', 'end prefinish finish error');
    finished(C, answer('C', 'finished'));
    record(C, 'C', 'close');
    S.resume();
    S.on('end', () => S.destroy());
    C.on('prefinish', () => C.destroy(new Error('boom')));
    C.end(answer('C', 'end callback'));
  });
});
