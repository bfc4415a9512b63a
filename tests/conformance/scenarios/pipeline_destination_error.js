// The destination of a pipeline dies of an error: the source is destroyed, the callback gets it.
// kinds: tcp unix
'use strict';

const { pipeline } = require('node:stream');
const { record, run, state, trace } = require('../harness.cjs');
const { between } = require('../writing.cjs');

run(() => {
  between({}, {}, (C, S, D, T) => {
    record(S, 'S', 'error close');
    record(D, 'D', 'pipe unpipe finish close');
    record(C, 'C', 'end close');
    C.resume();
    T.resume();
    pipeline(S, D, (err) => trace('main', 'pipeline', err, state(S), state(D)));
    D.destroy(new Error('broken'));
  });
});
