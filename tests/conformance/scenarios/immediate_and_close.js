// A socket destroyed in an I/O callback: its 'close' comes after the immediates set there.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    S.resume();
    C.once('data', () => {
      record(C, 'C', 'close');
      setImmediate(() => trace('C', 'immediate'));
      process.nextTick(() => trace('C', 'tick'));
      C.destroy();
    });
    S.on('error', () => {});
    S.write('x');
  });
});
