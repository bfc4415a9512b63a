// end(data) after 'finish': the callback and 'error' get the error, then 'close'.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, settle } = require('../harness.cjs');

run(() => {
  pair({ allowHalfOpen: true }, {}, (C, S) => {
    record(C, 'C', 'finish end error close');
    C.resume();
    S.resume();
    C.end();
    C.on('finish', () => settle(() => C.end('more', answer('C', 'end callback'))));
    C.on('close', () => S.destroy());
  });
});
