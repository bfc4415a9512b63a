// A 'data' listener beside a pipe comes and goes: the pipe goes on.
// kinds: tcp unix
'use strict';

const { record, run, settle, trace } = require('../harness.cjs');
const { between } = require('../writing.cjs');

run(() => {
  between({}, {}, (C, S, D, T) => {
    const data = (chunk) => trace('S', 'data', chunk);
    record(T, 'T', 'data end');
    C.resume();
    D.resume();
    S.pipe(D);
    C.write('one ');
    settle(() => {
      S.on('data', data);
      C.write('two ');
      settle(() => {
        S.off('data', data);
        trace('S', 'off', S.readableFlowing);
        C.end('three');
      });
    });
  });
});
