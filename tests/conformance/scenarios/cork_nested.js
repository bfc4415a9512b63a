// cork() counts: the last uncork() sends; one too many does nothing.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, settle, trace } = require('../harness.cjs');
const { queue } = require('../writing.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(S, 'S', 'data end');
    C.resume();
    trace('C', 'returns', C.cork(), C.cork());
    C.write('outer ', answer('C', 'outer callback'));
    trace('C', 'twice', queue(C));
    trace('C', 'first uncork', C.uncork(), queue(C));
    C.write('inner ', answer('C', 'inner callback'));
    settle(() => {
      trace('C', 'settled', queue(C), S.bytesRead);
      C.uncork();
      trace('C', 'second uncork', queue(C));
      C.uncork();
      trace('C', 'one too many', queue(C));
      C.write('open', answer('C', 'open callback'));
      settle(() => {
        trace('S', 'settled', S.bytesRead);
        C.end();
      });
    });
  });
});
