// pipe() to an object of one's own with write() and end(): the chunks, the end, and its events.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');
const { Sink } = require('../writing.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    const sink = new Sink('S/sink');
    record(sink, 'S/sink', 'pipe unpipe');
    record(S, 'S', 'end close');
    trace('S', 'returns the destination', S.pipe(sink) === sink);
    C.resume();
    C.write('one');
    settle(() => C.end('two'));
  });
});
