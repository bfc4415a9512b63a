// destroy() with a write under way and more queued: every callback gets ECANCELED, then 'close'.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, settle, state, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'drain error finish close');
    record(S, 'S', 'close');
    S.on('error', () => {});
    S.pause();
    trace('C', 'big', C.write(Buffer.alloc(20000000), answer('C', 'big write')));
    trace('C', 'small', C.write('more', answer('C', 'small write')));
    C.end(answer('C', 'end'));
    settle(() => {
      C.destroy();
      trace('C', 'after destroy', state(C));
      S.resume();
    });
  });
});
