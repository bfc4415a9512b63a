// Data that came before any 'data' listener waits for it.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'end close');
    S.end('came early');
    settle(() => {
      trace('C', 'settled', C.isPaused());
      record(C, 'C', 'data');
      trace('C', 'listening');
    });
  });
});
