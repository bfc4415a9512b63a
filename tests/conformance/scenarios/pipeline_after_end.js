// pipeline() with a source that has ended and closed already: the destination is ended.
// kinds: tcp unix
'use strict';

const { pipeline } = require('node:stream');
const { record, run, settle, trace } = require('../harness.cjs');
const { between } = require('../writing.cjs');

run(() => {
  between({ allowHalfOpen: true }, {}, (C, S, D, T) => {
    record(D, 'D', 'finish error close');
    record(T, 'T', 'data end close');
    T.on('error', () => {});
    C.on('error', () => {});
    C.resume();
    S.resume();
    C.end('unheard');
    S.on('end', () => settle(() => {
      S.destroy();
      S.on('close', () => settle(() => {
        pipeline(S, D, (err) => trace('D', 'pipeline', err));
        trace('D', 'called');
      }));
    }));
    D.on('close', () => settle(() => T.destroy()));
    D.on('finish', () => settle(() => T.end()));
    D.resume();
  });
});
