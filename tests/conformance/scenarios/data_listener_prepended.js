// prependListener('data'): does it start the flow?
// kinds: tcp unix
'use strict';

const { pair, run, settle, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.prependListener('data', (chunk) => trace('C', 'data', chunk));
    trace('C', 'flowing', C.readableFlowing);
    S.write('x');
    settle(() => {
      trace('C', 'flowing', C.readableFlowing, C.readableLength);
      C.prependOnceListener('data', (chunk) => trace('C', 'once', chunk));
      C.resume();
      settle(() => {
        C.destroy();
        S.destroy();
      });
    });
  });
});
