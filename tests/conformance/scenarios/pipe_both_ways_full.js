// A proxy that pipes both ways, not half-open: the request's end ends the way back too, and the answer is lost.
// kinds: tcp unix
'use strict';

const { record, run, settle, state, trace } = require('../harness.cjs');
const { between } = require('../writing.cjs');

run(() => {
  between({}, {}, (C, S, D, T) => {
    record(C, 'C', 'data end close');
    record(S, 'S', 'pipe unpipe end finish close');
    record(D, 'D', 'pipe unpipe finish');
    T.allowHalfOpen = true;
    T.on('data', (chunk) => trace('T', 'got', chunk));
    T.on('end', () => settle(() => {
      trace('D', 'settled', state(D), D.readableFlowing);
      T.end('answer');
      D.resume();
    }));
    S.pipe(D);
    D.pipe(S);
    C.end('request');
  });
});
