// finished(): called once with no error, as soon as both halves are done.
// kinds: tcp unix
'use strict';

const { finished } = require('node:stream');
const { answer, pair, record, run, settle, state, trace } = require('../harness.cjs');

run(() => {
  pair({ allowHalfOpen: true }, {}, (C, S) => {
    finished(C, answer('C', 'finished'));
    record(C, 'C', 'end finish close');
    finished(S, (err) => trace('S', 'finished', err, state(S)));
    C.resume();
    S.resume();
    C.end('request');
    S.on('end', () => settle(() => {
      trace('C', 'settled', state(C));
      S.end('answer');
    }));
  });
});
