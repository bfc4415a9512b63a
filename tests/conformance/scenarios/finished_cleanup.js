// What finished() returns takes its listeners off: the callback is never called, an error is nobody's again.
// kinds: tcp unix
'use strict';

const { finished } = require('node:stream');
const { answer, pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    const cleanup = finished(C, answer('C', 'finished'));
    trace('C', 'cleanup', cleanup());
    trace('C', 'again', cleanup());
    record(C, 'C', 'close');
    S.resume();
    C.destroy(new Error('unheard'));
  });
});
