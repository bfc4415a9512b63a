// An error in a pipeline whose sockets have no 'error' listeners: the callback is enough.
// kinds: tcp unix
'use strict';

const { pipeline } = require('node:stream');
const { answer, record, run, settle } = require('../harness.cjs');
const { between } = require('../writing.cjs');

run(() => {
  between({}, {}, (C, S, D, T) => {
    record(S, 'S', 'close');
    record(D, 'D', 'close');
    C.resume();
    T.resume();
    pipeline(S, D, answer('main', 'pipeline'));
    settle(() => S.destroy(new Error('broken')));
  });
});
