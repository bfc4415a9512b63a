// An echo that is unpiped in the middle, and destroyed by its owner while it pipes.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(S, 'S', 'pipe unpipe finish error');
    record(C, 'C', 'data end close');
    S.pipe(S);
    C.write('echoed ');
    settle(() => {
      S.unpipe(S);
      C.write('after all');
      settle(() => {
        trace('S', 'settled', S.readableFlowing);
        S.pipe(S);
        record(S, 'S', 'close');
        settle(() => S.destroy());
      });
    });
  });
});
