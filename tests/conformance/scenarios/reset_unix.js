// resetAndDestroy() of a unix socket raises at once; the connection lives.
// kinds: unix
'use strict';

const { attempt, pair, record, run, state, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'error close');
    record(S, 'S', 'data end close');
    attempt('C', 'reset', () => C.resetAndDestroy());
    attempt('S', 'reset', () => S.resetAndDestroy());
    trace('C', 'after', state(C));
    C.resume();
    C.end('alive');
  });
});
