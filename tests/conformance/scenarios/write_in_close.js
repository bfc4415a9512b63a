// write() and end() in the 'close' listener: errors for the callbacks, nothing emitted.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'error finish close');
    S.resume();
    C.on('close', () => {
      trace('C', 'write', C.write('x', answer('C', 'write callback')));
      C.end('y', answer('C', 'end callback'));
    });
    C.destroy();
  });
});
