// A write that fails, then destroy() in the same step: no 'error'.
// kinds: unix
'use strict';

const { answer, pair, record, run, settle, trace } = require('../harness.cjs');

run(() => {
  pair({ pauseOnConnect: true }, {}, (S, C) => {
    record(C, 'C', 'end error drain finish close');
    S.destroy();
    settle(() => {
      trace('C', 'write', C.write('x', answer('C', 'first')));
      C.destroy();
      trace('C', 'errored', C.errored);
      trace('C', 'write', C.write('y', answer('C', 'second')));
    });
  });
});
