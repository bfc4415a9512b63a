// pipeline() whose destination has finished, then the source dies.
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
    B.end();
    B.once('finish', () => settle(() => {
      pipeline(A, B, answer('main', 'pipeline'));
      A.destroy();
      settle(done);
    }));
  }));
});
