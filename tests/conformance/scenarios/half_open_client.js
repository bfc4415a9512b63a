// A client with allowHalfOpen still writes after the peer's end, and closes when it ends itself.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, settle, state, trace } = require('../harness.cjs');

run(() => {
  pair({}, { allowHalfOpen: true }, (C, S) => {
    record(C, 'C', 'data end prefinish finish close');
    record(S, 'S', 'data end prefinish finish close');
    S.end('last words');
    C.on('end', () => settle(() => {
      trace('C', 'settled', state(C));
      C.write('still here ', answer('C', 'write callback'));
      settle(() => C.end('bye'));
    }));
  });
});
