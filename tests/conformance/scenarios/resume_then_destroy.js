// resume(), then destroy() in one step: which events come?
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'pause resume end close');
    S.on('error', () => {}).resume();
    C.resume();
    C.destroy();
    trace('C', 'flowing', C.readableFlowing, C.isPaused());
  });
});
