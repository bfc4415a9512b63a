// destroy() with data buffered: no 'data' and no 'end' any more; what read() gives, then and after 'close'.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { flags, flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    S.resume();
    C.pause();
    record(C, 'C', 'data end error close');
    C.on('close', () => trace('C', 'at close', C.read(), flow(C), flags(C)));
    inTurn(S, C, ['one', 'two'], () => {
      C.destroy();
      trace('C', 'destroyed', flow(C), flags(C));
      C.resume();
      trace('C', 'resumed', flow(C));
    });
  });
});
