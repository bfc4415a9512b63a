// What pipe() and unpipe() do to the source's mode, and the events of the destination.
// kinds: tcp unix
'use strict';

const { record, run, settle, trace } = require('../harness.cjs');
const { between } = require('../writing.cjs');

run(() => {
  between({}, {}, (C, S, D, T) => {
    const tell = (label) => trace('S', label, S.readableFlowing, S.isPaused());
    record(S, 'S', 'pause resume');
    record(D, 'D', 'pipe unpipe');
    tell('before');
    trace('S', 'returns the destination', S.pipe(D) === D);
    tell('piped');
    settle(() => {
      trace('S', 'returns itself', S.unpipe(D) === S);
      tell('unpiped');
      settle(() => {
        S.pipe(D, { end: false });
        tell('piped again');
        settle(() => {
          S.unpipe();
          tell('unpiped again');
          C.destroy();
          S.destroy();
          D.destroy();
          T.destroy();
        });
      });
    });
  });
});
