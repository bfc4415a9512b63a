// A 'data' listener that came after the pipe ends the destination: the chunk has gone out before.
// kinds: tcp unix
'use strict';

const { record, run, settle, state, trace } = require('../harness.cjs');
const { between } = require('../writing.cjs');

run(() => {
  between({}, {}, (C, S, D, T) => {
    record(D, 'D', 'pipe unpipe finish error close');
    record(T, 'T', 'data end close');
    S.pipe(D);
    S.on('data', (chunk) => {
      if (chunk.includes('quit'))
        D.end();
    });
    D.resume();
    C.write('first ');
    settle(() => C.write('quit'));
    D.on('close', () => settle(() => {
      trace('S', 'settled', state(S), S.readableFlowing);
      C.destroy();
      S.destroy();
    }));
  });
});
