// 'pause' is emitted at once, 'resume' on the next tick, and neither when nothing changes.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'pause resume');
    C.resume();
    trace('C', 'resume called');
    C.resume();
    process.nextTick(() => {
      trace('C', 'pausing');
      C.pause();
      C.pause();
      trace('C', 'paused');
      C.resume();
      C.on('close', () => trace('C', 'close'));
      S.end();
    });
  });
});
