// An echo by a pipe to itself with allowHalfOpen: the pipe ends it after the peer's end.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, state, trace } = require('../harness.cjs');

run(() => {
  pair({ allowHalfOpen: true }, { allowHalfOpen: true }, (C, S) => {
    record(S, 'S', 'pipe unpipe end prefinish finish close');
    record(C, 'C', 'data');
    S.pipe(S);
    C.write('one ');
    settle(() => C.end('two'));
    C.on('end', () => settle(() => trace('C', 'settled', state(C))));
  });
});
