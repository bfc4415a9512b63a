// destroy() in the 'finish' listener: no 'end', 'close'.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, settle } = require('../harness.cjs');

run(() => {
  pair({ allowHalfOpen: true }, {}, (C, S) => {
    record(C, 'C', 'prefinish finish end error close');
    C.on('finish', () => C.destroy());
    C.resume();
    record(S, 'S', 'data end close');
    C.end('x', answer('C', 'end callback'));
    C.on('close', () => settle(() => S.destroy()));
  });
});
