// The destination dies of an error, with a listener for it: 'unpipe' first, the source stops and stays.
// kinds: tcp unix
'use strict';

const { record, run, settle, state, trace } = require('../harness.cjs');
const { between } = require('../writing.cjs');

run(() => {
  between({}, {}, (C, S, D, T) => {
    record(S, 'S', 'pause end error close');
    record(D, 'D', 'pipe unpipe error close');
    T.resume();
    S.pipe(D);
    D.destroy(new Error('out of order'));
    D.on('close', () => settle(() => {
      trace('S', 'settled', state(S), S.readableFlowing);
      C.resume();
      S.resume();
      C.end();
    }));
  });
});
