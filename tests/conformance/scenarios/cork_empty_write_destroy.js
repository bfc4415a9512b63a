// An empty write while corked, then destroy(): its callback gets an error.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'error close');
    S.on('error', () => {}).resume();
    C.cork();
    C.write('', answer('C', 'empty'));
    C.write('', answer('C', 'second'));
    C.destroy();
  });
});
