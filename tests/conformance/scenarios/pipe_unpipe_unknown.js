// unpipe() of what is not piped: no event, nothing changes.
// kinds: tcp unix
'use strict';

const { record, run, trace } = require('../harness.cjs');
const { Sink, between } = require('../writing.cjs');

run(() => {
  between({}, {}, (C, S, D, T) => {
    const sink = new Sink('sink');
    record(sink, 'sink', 'pipe unpipe');
    record(D, 'D', 'pipe unpipe');
    record(T, 'T', 'data end');
    C.resume();
    D.resume();
    trace('S', 'nothing piped', S.unpipe() === S, S.unpipe(D) === S, S.readableFlowing);
    S.pipe(D);
    trace('S', 'another', S.unpipe(sink) === S, S.readableFlowing);
    C.end('still piped');
  });
});
