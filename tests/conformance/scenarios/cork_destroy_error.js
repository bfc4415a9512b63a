// destroy(error) of a corked socket: each callback of what was held back gets that error.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'finish error close');
    record(S, 'S', 'data end');
    C.cork();
    C.write('never ', answer('C', 'first callback'));
    C.write('sent', answer('C', 'second callback'));
    C.destroy(new Error('enough'));
  });
});
