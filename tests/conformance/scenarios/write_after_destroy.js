// write() after destroy(): False, the callback gets the error, no 'error' event.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'error finish close');
    S.resume();
    C.destroy();
    trace('C', 'write', C.write('x', answer('C', 'write callback')));
    C.on('close', () => trace('C', 'write', C.write('y', answer('C', 'later callback'))));
  });
});
