// unpipe() without a destination takes all of them out; what comes then waits for whoever reads next.
// kinds: tcp unix
'use strict';

const { record, run, settle, trace } = require('../harness.cjs');
const { Sink, between } = require('../writing.cjs');

run(() => {
  between({}, {}, (C, S, D, T) => {
    const sink = new Sink('sink');
    record(sink, 'main/sink', 'pipe unpipe');
    record(D, 'main/D', 'pipe unpipe');
    record(T, 'T', 'data end');
    C.resume();
    S.pipe(D);
    S.pipe(sink);
    C.write('for all ');
    settle(() => {
      S.unpipe();
      trace('main', 'unpiped', S.readableFlowing);
      C.end('for the last');
      settle(() => {
        trace('main', 'settled', S.readableFlowing);
        record(S, 'S', 'data end close');
        S.resume();
        D.end();
        D.resume();
      });
    });
  });
});
