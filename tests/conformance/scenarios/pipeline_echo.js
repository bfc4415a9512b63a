// pipeline() of a socket to itself: an echo with a callback.
// kinds: tcp unix
'use strict';

const { pipeline } = require('node:stream');
const { pair, record, run, settle, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'data end close');
    record(S, 'S', 'end finish close');
    pipeline(S, S, (err) => trace('S', 'pipeline', err));
    C.write('one ');
    settle(() => C.end('two'));
  });
});
