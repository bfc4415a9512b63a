// pipe() of a socket that was paused, by pause() or by the server: it flows.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');
const { Sink } = require('../writing.cjs');

run(() => {
  pair({ pauseOnConnect: true }, {}, (C, S) => {
    const sink = new Sink('sink');
    const back = new Sink('back');
    record(S, 'S', 'resume end');
    C.pause();
    S.write('for C');
    C.write('for S');
    settle(() => {
      trace('S', 'paused', S.readableFlowing, S.isPaused());
      trace('C', 'paused', C.readableFlowing, C.isPaused());
      S.pipe(sink);
      C.pipe(back);
      trace('S', 'piped', S.readableFlowing, S.isPaused());
      trace('C', 'piped', C.readableFlowing, C.isPaused());
      settle(() => C.end());
    });
  });
});
