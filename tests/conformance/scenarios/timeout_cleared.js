// setTimeout(0) switches it off and takes its callback away.
// kinds: tcp unix
'use strict';

const { note, pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    const callback = note('C', 'callback');
    C.resume();
    S.resume();
    C.setTimeout(20, callback);
    C.setTimeout(0, callback);
    trace('C', 'off', C.timeout, C.listenerCount('timeout'));
    setTimeout(() => C.end(), 80);
    record(C, 'C', 'timeout close');
  });
});
