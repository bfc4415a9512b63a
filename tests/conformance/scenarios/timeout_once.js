// setTimeout(): 'timeout' once, the socket stays as it is.
// kinds: tcp unix
'use strict';

const { note, pair, record, run, state, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'timeout error close');
    C.resume();
    S.resume();
    C.setTimeout(20, note('C', 'callback'));
    trace('C', 'timeout', C.timeout);
    setTimeout(() => {
      trace('C', 'later', state(C), C.timeout);
      C.end();
    }, 150);
  });
});
