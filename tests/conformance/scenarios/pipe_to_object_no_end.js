// pipe() to an object with end false: end() is not called.
// kinds: tcp unix
'use strict';

const { pair, record, run } = require('../harness.cjs');
const { Sink } = require('../writing.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    const sink = new Sink('S/sink');
    record(sink, 'S/sink', 'pipe unpipe');
    record(S, 'S', 'end close');
    S.pipe(sink, { end: false });
    C.resume();
    C.end('all there is');
  });
});
