// A socket that nobody reads, whose peer ends without having sent anything.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, state, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'end finish close');
    record(S, 'S', 'end finish close');
    C.resume();
    C.end();
    settle(() => {
      trace('S', 'settled', state(S));
      S.resume();
    });
  });
});
