// unpipe(one) of two destinations: the other one goes on.
// kinds: tcp unix
'use strict';

const { record, run, settle, trace } = require('../harness.cjs');
const { Sink, between } = require('../writing.cjs');

run(() => {
  between({}, {}, (C, S, D, T) => {
    const sink = new Sink('sink');
    record(sink, 'sink', 'pipe unpipe');
    record(T, 'T', 'data end');
    C.resume();
    D.resume();
    S.pipe(sink);
    S.pipe(D);
    C.write('for both, ');
    settle(() => {
      S.unpipe(sink);
      S.unpipe(sink);
      trace('S', 'unpiped', S.readableFlowing);
      C.end('for one');
    });
  });
});
