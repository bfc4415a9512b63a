// destroy() of a connected socket: 'close' without 'end' here, a normal end for the peer.
// kinds: tcp unix
'use strict';

const { pair, record, run, state, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'error end finish close');
    record(S, 'S', 'data error end finish close');
    C.resume();
    C.destroy();
    trace('C', 'after destroy', state(C));
  });
});
