// resetAndDestroy() of a destroyed and of a closed socket: nothing.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'error close');
    C.destroy();
    trace('C', 'destroyed', C.resetAndDestroy() === C);
    C.on('close', () => trace('C', 'closed', C.resetAndDestroy() === C, C.errored));
    S.destroy();
  });
});
