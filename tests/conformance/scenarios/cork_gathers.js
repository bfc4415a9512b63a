// cork() holds writes back, which count; uncork() sends them at once, with the callbacks in order.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, settle, trace } = require('../harness.cjs');
const { queue, tick } = require('../writing.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'drain');
    record(S, 'S', 'data end');
    C.resume();
    C.cork();
    trace('C', 'head', C.write('head ', answer('C', 'head callback')));
    trace('C', 'body', C.write('body ', answer('C', 'body callback')));
    trace('C', 'corked', queue(C), C.bytesWritten);
    settle(() => {
      trace('C', 'settled', queue(C), S.bytesRead);
      tick('C', 1);
      C.uncork();
      trace('C', 'uncorked', queue(C));
      tick('C', 2);
      C.end('tail', answer('C', 'tail callback'));
    });
  });
});
