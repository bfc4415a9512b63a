// Two writes after end(): both callbacks get the error, 'error' comes once.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, trace } = require('../harness.cjs');
const { queue } = require('../writing.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'prefinish finish error close');
    record(S, 'S', 'data end');
    C.end('in time');
    trace('C', 'first', C.write('late', answer('C', 'first callback')), queue(C));
    trace('C', 'second', C.write('later', answer('C', 'second callback')), queue(C), C.bytesWritten);
  });
});
