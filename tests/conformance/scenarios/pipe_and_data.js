// A socket that is piped and has a 'data' listener too: both get everything.
// kinds: tcp unix
'use strict';

const { pair, record, run } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(S, 'S', 'data end close');
    record(C, 'C', 'data end close');
    S.pipe(S);
    C.end('for both');
  });
});
