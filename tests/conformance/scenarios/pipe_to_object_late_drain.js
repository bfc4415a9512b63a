// The source has ended while an object is full: end() is called once the rest went through.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');
const { Sink } = require('../writing.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    const sink = new Sink('S/sink');
    record(S, 'S', 'end close');
    sink.full = true;
    C.resume();
    S.pipe(sink);
    C.write('one');
    settle(() => {
      C.end('two');
      settle(() => {
        trace('S', 'before drain', S.readableFlowing, S.readableEnded);
        sink.drain();
      });
    });
  });
});
