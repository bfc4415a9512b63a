// unpipe() stops the flow to the destination, which gets 'unpipe'; pipe() starts it again.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    pair({}, {}, (D, T) => {
      record(D, 'D', 'pipe unpipe finish');
      record(T, 'T', 'data end');
      D.resume();
      C.resume();
      S.pipe(D);
      C.write('one ');
      settle(() => {
        trace('D', 'returns the source', S.unpipe(D) === S);
        C.write('two ');
        settle(() => {
          trace('T', 'settled');
          S.pipe(D);
          C.end('three');
        });
      });
    });
  });
});
