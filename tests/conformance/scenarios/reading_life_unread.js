// The flags of a reading half that nobody reads from and that dies with data in it.
// kinds: tcp unix
'use strict';

const { pair, run, trace } = require('../harness.cjs');
const { flags, flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    S.resume();
    C.on('end', () => trace('C', 'end'));
    C.on('close', () => trace('C', 'close', flags(C), flow(C)));
    inTurn(S, C, ['unread'], () => {
      trace('C', 'buffered', flags(C), flow(C));
      C.destroy();
      trace('C', 'destroyed', flags(C), flow(C));
    });
  });
});
