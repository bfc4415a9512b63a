// pipeline() ends the destination and leaves its reading half to its owner.
// kinds: tcp unix
'use strict';

const { pipeline } = require('node:stream');
const { record, run, settle, state, trace } = require('../harness.cjs');
const { between } = require('../writing.cjs');

run(() => {
  between({ allowHalfOpen: true }, { allowHalfOpen: true }, (C, S, D, T) => {
    record(D, 'D', 'finish data end close');
    record(S, 'S', 'end finish close');
    C.resume();
    T.resume();
    T.on('end', () => settle(() => T.end('answer')));
    pipeline(S, D, (err) => {
      trace('D', 'pipeline', err, state(D));
      settle(() => trace('S', 'settled', state(S)));
    });
    D.on('close', () => S.end());
    C.end('request');
  });
});
