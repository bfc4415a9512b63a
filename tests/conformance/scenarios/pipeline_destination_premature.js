// The destination of a pipeline is destroyed: a premature close, and the source is destroyed.
// kinds: tcp unix
'use strict';

const { pipeline } = require('node:stream');
const { record, run, state, trace } = require('../harness.cjs');
const { between } = require('../writing.cjs');

run(() => {
  between({}, {}, (C, S, D, T) => {
    record(S, 'S', 'error close');
    record(D, 'D', 'pipe unpipe finish error');
    record(C, 'C', 'end close');
    C.resume();
    T.resume();
    pipeline(S, D, (err) => trace('main', 'pipeline', err, state(S), state(D)));
    record(D, 'D', 'close');
    D.destroy();
  });
});
