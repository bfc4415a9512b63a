// pause(), destroy(), resume(): which events come?
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'pause resume data end close');
    S.on('error', () => {}).resume();
    C.resume();
    setImmediate(() => {
      C.pause();
      C.destroy();
      C.resume();
      trace('C', 'flowing', C.readableFlowing, C.isPaused());
      C.pause();
      trace('C', 'flowing', C.readableFlowing, C.isPaused());
    });
  });
});
