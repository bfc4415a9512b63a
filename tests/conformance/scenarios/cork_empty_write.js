// An empty write while corked: its callback comes after uncork().
// kinds: tcp unix
'use strict';

const { answer, pair, run, settle, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    S.on('error', () => {}).resume();
    C.write('before', answer('C', 'before'));
    C.cork();
    C.write('', answer('C', 'empty'));
    settle(() => {
      trace('C', 'uncork');
      C.uncork();
      settle(() => C.destroy());
    });
  });
});
