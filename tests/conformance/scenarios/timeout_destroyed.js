// destroy() switches the timeout off.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'timeout close');
    S.resume();
    C.setTimeout(20);
    C.destroy();
    setTimeout(() => trace('C', 'later'), 80);
  });
});
