// pipe() after data came and waited: nothing is lost.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'data end finish close');
    C.write('came early, ');
    settle(() => {
      S.pipe(S);
      C.end('and late');
    });
  });
});
