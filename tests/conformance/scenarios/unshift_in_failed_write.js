// The callback of a write that failed comes before the socket is destroyed: what was read can be read, unshift() does
// nothing any more.
// kinds: unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    const written = (error) => {
      trace('C', 'written', error, C.destroyed, C.errored === error, flow(C));
      trace('C', 'unshift', C.unshift('back'), flow(C));
      trace('C', 'read', C.read(3), flow(C));
    };
    record(C, 'C', 'end error close');
    C.pause();
    inTurn(S, C, ['abcdefgh'], () => {
      S.destroy();
      settle(() => C.write('x', written));
    });
  });
});
