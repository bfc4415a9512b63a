// prependListener('readable'): does it stop the flow?
// kinds: tcp unix
'use strict';

const { pair, run, settle, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.prependListener('readable', () => trace('C', 'readable', C.read()));
    trace('C', 'flowing', C.readableFlowing);
    S.write('x');
    settle(() => {
      trace('C', 'flowing', C.readableFlowing, C.readableLength);
      C.destroy();
      S.destroy();
    });
  });
});
