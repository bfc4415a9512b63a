// end(callback) after 'finish': the callback gets the error, no event.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, settle } = require('../harness.cjs');

run(() => {
  pair({ allowHalfOpen: true }, {}, (C, S) => {
    record(C, 'C', 'finish end error close');
    C.resume();
    S.resume();
    C.end();
    C.on('finish', () => settle(() => {
      C.end(answer('C', 'end callback'));
      settle(() => S.end());
    }));
  });
});
