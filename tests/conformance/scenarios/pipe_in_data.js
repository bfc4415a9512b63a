// pipe() in a 'data' listener: the chunk of that event is the listener's alone.
// kinds: tcp unix
'use strict';

const { record, run, settle, trace } = require('../harness.cjs');
const { between } = require('../writing.cjs');

run(() => {
  between({}, {}, (C, S, D, T) => {
    record(T, 'T', 'data end');
    C.resume();
    D.resume();
    S.once('data', (chunk) => {
      trace('S', 'got', chunk);
      S.pipe(D);
    });
    C.write('for S');
    settle(() => C.end('for T'));
  });
});
