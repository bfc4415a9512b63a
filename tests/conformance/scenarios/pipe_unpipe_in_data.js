// unpipe() in a 'data' listener that was there before the pipe: the chunk still goes to the destination.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');
const { Sink } = require('../writing.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    const sink = new Sink('sink');
    record(sink, 'S/sink', 'pipe unpipe');
    sink.who = 'S/sink';
    C.resume();
    S.on('data', (chunk) => {
      trace('S', 'got', chunk, S.readableFlowing);
      if (chunk.includes('stop')) {
        S.unpipe(sink);
        trace('S', 'unpiped', S.readableFlowing);
        settle(() => S.resume());
      }
    });
    S.pipe(sink);
    C.write('go');
    settle(() => {
      C.write('stop');
      settle(() => C.end('after'), 30);
    });
  });
});
