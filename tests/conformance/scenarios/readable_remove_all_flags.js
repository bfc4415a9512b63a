// isPaused() and readableFlowing after removeAllListeners('readable').
// kinds: tcp unix
'use strict';

const { pair, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    const show = (when) => trace('C', when, C.readableFlowing, C.isPaused());
    C.on('readable', () => {});
    show('listener');
    C.removeAllListeners('readable');
    show('removed');
    process.nextTick(() => show('tick'));
    setImmediate(() => {
      show('immediate');
      C.on('data', () => {});
      show('data');
      C.on('readable', () => {});
      show('both');
      C.removeAllListeners('readable');
      show('removed');
      setImmediate(() => {
        show('immediate');
        C.on('readable', () => {});
        C.removeAllListeners();
        show('all removed');
        setImmediate(() => {
          show('immediate');
          C.destroy();
          S.destroy();
        });
      });
    });
  });
});
