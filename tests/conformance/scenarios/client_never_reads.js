// A client that ended and does not read the answer stays, until it reads.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, state, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'end finish close');
    S.on('end', () => S.end('answer'));
    record(S, 'S', 'data end finish close');
    C.pause();
    C.end('question');
    settle(() => {
      trace('C', 'settled', state(C));
      C.on('data', (chunk) => trace('C', 'chunk', chunk));
      C.resume();
    });
  });
});
