// A socket that nobody reads sees no 'end' until it is resumed.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, state, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'end finish close');
    record(S, 'S', 'end finish close');
    C.resume();
    C.end('unread');
    settle(() => {
      trace('S', 'settled', state(S));
      trace('C', 'settled', state(C));
      S.resume();
    });
  });
});
