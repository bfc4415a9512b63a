// pause(), then removeAllListeners('readable') without such a listener.
// kinds: tcp unix
'use strict';

const { pair, run, settle, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.on('data', (chunk) => trace('C', 'data', chunk));
    C.pause();
    C.removeAllListeners('readable');
    C.on('resume', () => trace('C', 'resume'));
    settle(() => {
      trace('C', 'flowing', C.readableFlowing, C.isPaused());
      C.destroy();
      S.destroy();
    });
  });
});
