// The destination dies of an error that only the pipe hears: it is uncaught all the same.
// kinds: tcp unix
'use strict';

const { record, run, settle, state, trace } = require('../harness.cjs');
const { between } = require('../writing.cjs');

run(() => {
  between({}, {}, (C, S, D, T) => {
    record(S, 'S', 'error close');
    record(D, 'D', 'pipe unpipe close');
    T.resume();
    S.pipe(D);
    D.destroy(new Error('out of order'));
    D.on('close', () => settle(() => {
      trace('S', 'settled', state(S), S.readableFlowing);
      C.destroy();
      S.destroy();
    }));
  });
});
