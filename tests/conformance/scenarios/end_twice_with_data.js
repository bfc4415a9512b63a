// end(data) a second time is a write after the end: its callback and 'error' get the error.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, trace } = require('../harness.cjs');
const { ends } = require('../writing.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'prefinish finish error close');
    record(S, 'S', 'data end');
    C.end('in time', answer('C', 'first end callback'));
    C.end('late', answer('C', 'second end callback'));
    trace('C', 'ended', ends(C), C.bytesWritten);
  });
});
