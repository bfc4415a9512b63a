// unpipe() of all in a 'data' listener that came after the pipes: the chunk has gone to each of them.
// kinds: tcp unix
'use strict';

const { record, run, settle, trace } = require('../harness.cjs');
const { Sink, between } = require('../writing.cjs');

run(() => {
  between({}, {}, (C, S, D, T) => {
    record(D, 'D', 'unpipe');
    record(T, 'T', 'data end');
    C.resume();
    D.resume();
    S.pipe(D);
    S.pipe(new Sink('sink'));
    S.on('data', (chunk) => {
      trace('S', 'got', chunk, S.readableFlowing);
      S.unpipe();
      trace('S', 'unpiped', S.readableFlowing);
    });
    C.write('for all');
    settle(() => {
      C.end('for S');
      settle(() => {
        trace('S', 'settled', S.readableFlowing);
        S.resume();
        D.end();
      });
    });
  });
});
