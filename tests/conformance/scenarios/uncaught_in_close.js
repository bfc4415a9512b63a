// An exception in a 'close' listener: uncaught, once.
// kinds: tcp unix
'use strict';

const { pair, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.on('close', () => {
      trace('main/C', 'close');
      throw new Error('in close');
    });
    S.resume();
    C.destroy();
  });
});
