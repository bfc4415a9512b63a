// destroy() in the 'end' listener: no automatic end, no 'finish', only 'close'.
// kinds: tcp unix
'use strict';

const { pair, record, run, state, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'prefinish finish error close');
    C.on('end', () => {
      trace('C', 'end', state(C));
      C.destroy();
    });
    C.resume();
    S.resume();
    S.end();
  });
});
