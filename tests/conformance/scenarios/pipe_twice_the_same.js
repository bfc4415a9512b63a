// pipe() twice to one destination: it gets everything twice, until one of the two is taken out.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle } = require('../harness.cjs');
const { Sink } = require('../writing.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    const sink = new Sink('sink');
    record(sink, 'sink', 'pipe unpipe');
    C.resume();
    S.pipe(sink);
    S.pipe(sink);
    C.write('twice ');
    settle(() => {
      S.unpipe(sink);
      C.end('once');
    });
  });
});
