// The destination is destroyed in the 'data' that is to go to it: no error, the source stops and stays.
// kinds: tcp unix
'use strict';

const { record, run, settle, state, trace } = require('../harness.cjs');
const { between } = require('../writing.cjs');

run(() => {
  between({}, {}, (C, S, D, T) => {
    record(D, 'D', 'pipe unpipe finish error');
    record(T, 'T', 'data end close');
    S.on('data', () => D.destroy());
    S.pipe(D);
    record(D, 'D', 'close');
    C.write('never passed on');
    D.on('close', () => settle(() => {
      trace('S', 'settled', state(S), S.readableFlowing);
      C.destroy();
      S.destroy();
    }));
  });
});
