// The source of a pipeline dies of an error: the destination is destroyed with it, the callback gets it.
// kinds: tcp unix
'use strict';

const { pipeline } = require('node:stream');
const { record, run, settle, state, trace } = require('../harness.cjs');
const { between } = require('../writing.cjs');

run(() => {
  between({}, {}, (C, S, D, T) => {
    record(S, 'S', 'error close');
    record(D, 'D', 'unpipe finish error close');
    record(T, 'T', 'data close');
    C.resume();
    T.on('error', () => {});
    pipeline(S, D, (err) => trace('main', 'pipeline', err, state(S), state(D)));
    C.write('passed on');
    settle(() => S.destroy(new Error('broken')));
  });
});
