// finished() of one half: readable false waits for the writing half only, writable false for the reading half.
// kinds: tcp unix
'use strict';

const { finished } = require('node:stream');
const { pair, record, run, settle, state, trace } = require('../harness.cjs');

run(() => {
  pair({ allowHalfOpen: true }, {}, (C, S) => {
    record(C, 'C', 'end finish close');
    record(S, 'S', 'end finish close');
    finished(C, { readable: false }, (err) => trace('C', 'written', err, state(C)));
    finished(C, { writable: false }, (err) => trace('C', 'read', err, state(C)));
    finished(S, { readable: false }, (err) => trace('S', 'written', err, state(S)));
    finished(S, { writable: false }, (err) => trace('S', 'read', err, state(S)));
    C.resume();
    S.resume();
    C.end('request');
    S.on('end', () => settle(() => {
      trace('C', 'settled');
      trace('S', 'settled');
      S.end('answer');
    }));
  });
});
