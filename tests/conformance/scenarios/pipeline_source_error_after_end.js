// pipeline(): the source ended, the destination finished, then the source is destroyed with an error.
// kinds: tcp unix
'use strict';

const { pipeline } = require('node:stream');
const { answer, pair, record, run, settle, trace } = require('../harness.cjs');

run(() => {
  pair({ allowHalfOpen: true }, { allowHalfOpen: true }, (A, S) => pair({ allowHalfOpen: true }, { allowHalfOpen: true }, (B, T) => {
    record(A, 'A', 'end error close');
    record(B, 'B', 'prefinish finish end error close');
    S.on('error', () => {}).resume();
    T.on('error', () => {}).resume();
    const done = () => {
      trace('B', 'destroyed', B.destroyed);
      for (const sock of [A, B, S, T]) sock.destroy();
    };
    pipeline(A, B, answer('main', 'pipeline'));
    S.end('x');
    B.on('finish', () => {
      A.destroy(new Error('boom'));
      settle(done);
    });
  }));
});
