// finished() of a socket that is destroyed before its ends: a premature close.
// kinds: tcp unix
'use strict';

const { finished } = require('node:stream');
const { answer, pair, record, run } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'end finish error');
    finished(C, answer('C', 'finished'));
    record(C, 'C', 'close');
    S.resume();
    C.resume();
    C.write('only this');
    C.destroy();
  });
});
