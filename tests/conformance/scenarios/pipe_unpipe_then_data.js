// unpipe() and then a 'data' listener of one's own: nothing is lost in between.
// kinds: tcp unix
'use strict';

const { record, run, settle, trace } = require('../harness.cjs');
const { between } = require('../writing.cjs');

run(() => {
  between({}, {}, (C, S, D, T) => {
    record(T, 'T', 'data end');
    C.resume();
    D.resume();
    S.pipe(D);
    C.write('piped');
    settle(() => {
      S.unpipe(D);
      C.write('in between, ');
      settle(() => {
        record(S, 'S', 'data end close');
        trace('S', 'listening', S.readableFlowing, S.isPaused());
        settle(() => {
          trace('S', 'resumed', S.readableFlowing, S.isPaused());
          S.resume();
          C.end('at last');
          D.end();
        });
      });
    });
  });
});
