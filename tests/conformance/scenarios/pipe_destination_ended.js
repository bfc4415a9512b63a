// Somebody else ends the destination: it is taken out when it finishes, the source stops and stays.
// kinds: tcp unix
'use strict';

const { record, run, settle, state, trace } = require('../harness.cjs');
const { between } = require('../writing.cjs');

run(() => {
  between({ allowHalfOpen: true }, {}, (C, S, D, T) => {
    record(D, 'D', 'pipe unpipe finish error close');
    record(T, 'T', 'data end close');
    S.pipe(D);
    C.write('before');
    settle(() => {
      D.end();
      settle(() => {
        trace('S', 'settled', state(S), S.readableFlowing);
        C.write('after');
        settle(() => {
          trace('S', 'still', state(S), S.readableFlowing);
          C.destroy();
          S.destroy();
          T.destroy();
          D.destroy();
        });
      });
    });
  });
});
