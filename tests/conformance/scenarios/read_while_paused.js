// read() of a paused socket: 'data' is emitted inside it, the socket stays paused, and the end comes too.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');
const { flags, flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.on('data', (chunk) => trace('C', 'chunk', chunk, flow(C)));
    C.pause();
    record(C, 'C', 'pause resume end close');
    inTurn(S, C, ['one', 'two'], () => {
      S.end();
      settle(() => {
        trace('C', 'settled', flow(C));
        trace('C', 'read', C.read());
        trace('C', 'read', C.read());
        trace('C', 'after', flow(C), flags(C));
      });
    });
  });
});
