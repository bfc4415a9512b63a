// end() on a pipe: what the other side answers at once still arrives.
// kinds: unix
// only: windows
'use strict';

const { answer, pair, record, run } = require('../harness.cjs');

run(() => pair({ allowHalfOpen: true }, { allowHalfOpen: true }, (C, S) => {
  record(C, 'C', 'data finish end error close');
  record(S, 'S', 'data finish end error close');
  S.on('data', () => S.end('answer', answer('S', 'written')));
  C.end('request');
}));
