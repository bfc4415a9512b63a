// end(data) after the socket has ended itself: a write after end.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'end prefinish finish error close');
    S.on('error', () => {}).resume();
    S.end();
    C.resume();
    C.on('end', () => process.nextTick(() => {
      trace('C', 'state', C.writableEnded, C.writableFinished);
      C.end('late', answer('C', 'end callback'));
      trace('C', 'errored', C.errored);
    }));
  });
});
