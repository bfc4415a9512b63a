// Set in an I/O callback: the tick, then the immediate, then the timer of 0 ms.
// kinds: tcp unix
'use strict';

const { pair, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.once('data', () => {
      setTimeout(() => trace('main', 'timeout 0'), 0);
      setImmediate(() => trace('main', 'immediate'));
      process.nextTick(() => trace('main', 'tick'));
      C.end();
    });
    S.resume();
    S.write('x');
  });
});
