// A proxy that pipes both ways, half-open: the answer comes back after the request's end.
// kinds: tcp unix
'use strict';

const { record, run, settle } = require('../harness.cjs');
const { between } = require('../writing.cjs');

run(() => {
  between({ allowHalfOpen: true }, { allowHalfOpen: true }, (C, S, D, T) => {
    record(C, 'C', 'data end');
    record(S, 'S', 'pipe unpipe finish');
    record(D, 'D', 'pipe unpipe finish');
    record(T, 'T', 'data end');
    S.pipe(D);
    D.pipe(S);
    T.on('end', () => settle(() => T.end('answer')));
    C.end('request');
  });
});
