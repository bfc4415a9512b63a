// pause() of a piped source holds everything back, its end too; resume() lets it go.
// kinds: tcp unix
'use strict';

const { record, run, settle, trace } = require('../harness.cjs');
const { between } = require('../writing.cjs');

run(() => {
  between({}, {}, (C, S, D, T) => {
    record(S, 'S', 'pause resume end');
    record(T, 'T', 'data end');
    C.resume();
    D.resume();
    S.pipe(D);
    C.write('one ');
    settle(() => {
      S.pause();
      C.end('two');
      settle(() => {
        trace('T', 'held back', D.bytesWritten);
        S.resume();
      });
    });
  });
});
