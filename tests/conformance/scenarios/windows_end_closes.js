// end() on a pipe: no half of it stays open. The side that ended has its own end soon, if no answer comes.
// kinds: unix
// only: windows
'use strict';

const { answer, pair, record, run } = require('../harness.cjs');

run(() => pair({ allowHalfOpen: true }, { allowHalfOpen: true }, (C, S) => {
  record(C, 'C', 'finish end error close');
  record(S, 'S', 'data finish end error close');
  C.resume();
  C.on('close', () => S.write('too late', answer('S', 'written')));
  C.end('request');
}));
