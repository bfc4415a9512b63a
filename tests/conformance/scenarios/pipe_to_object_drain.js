// An object whose write() returns false: the source stops until the object's 'drain'.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');
const { Sink } = require('../writing.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    const sink = new Sink('S/sink');
    record(S, 'S', 'pause resume end');
    sink.full = true;
    C.resume();
    S.pipe(sink);
    C.write('one');
    settle(() => {
      trace('S', 'settled', S.readableFlowing, S.isPaused());
      C.write('two');
      settle(() => {
        sink.drain();
        trace('S', 'drained', S.readableFlowing, S.isPaused());
        sink.drain();
        settle(() => C.end('three'));
      });
    });
  });
});
