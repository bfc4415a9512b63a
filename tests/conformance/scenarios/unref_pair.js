// Two connected sockets, both unref'd: the loop ends although they are open.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'end close');
    record(S, 'S', 'end close');
    trace('C', 'returns itself', C.unref() === C);
    S.unref();
    setImmediate(() => trace('main', 'immediate'));
  });
});
