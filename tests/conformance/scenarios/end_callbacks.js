// end() twice: both callbacks run before 'finish', in order.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, state, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'prefinish finish error close');
    C.resume();
    S.resume();
    C.end('x', answer('C', 'first callback'));
    trace('C', 'after end', state(C));
    C.end(answer('C', 'second callback'));
  });
});
