// pipe() of a socket whose 'end' has been: the destination is ended, or let be with end false.
// kinds: tcp unix
'use strict';

const { record, run, settle, trace } = require('../harness.cjs');
const { Sink, between, tick } = require('../writing.cjs');

run(() => {
  between({ allowHalfOpen: true }, {}, (C, S, D, T) => {
    const kept = new Sink('main/kept');
    const sink = new Sink('main/sink');
    record(kept, 'main/kept', 'pipe unpipe');
    record(sink, 'main/sink', 'pipe unpipe');
    record(D, 'D', 'pipe unpipe finish');
    record(T, 'T', 'data end');
    D.resume();
    S.resume();
    S.on('end', () => settle(() => {
      tick('main', 1);
      S.pipe(sink);
      S.pipe(kept, { end: false });
      tick('main', 2);
      trace('main', 'piped');
      settle(() => {
        S.pipe(D);
        S.end();
        T.end();
      });
    }));
    C.end('unheard');
    C.resume();
  });
});
