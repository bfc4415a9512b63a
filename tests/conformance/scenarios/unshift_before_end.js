// The peer has ended and all is read, but 'end' has not been told yet: unshift() still works and puts 'end' off.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');
const { flags, flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'end error close');
    inTurn(S, C, ['abc'], () => {
      S.end();
      settle(() => {
        trace('C', 'read', C.read(), flow(C), flags(C));
        C.unshift('bc');
        trace('C', 'put back', flow(C), flags(C));
        settle(() => {
          trace('C', 'settled', flow(C), flags(C));
          trace('C', 'read', C.read());
        });
      });
    });
  });
});
