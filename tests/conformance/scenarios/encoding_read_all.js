// read() without a size after set_encoding(): all text that is kept, joined; while it flows the first chunk.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.setEncoding('utf8');
    record(C, 'C', 'end close');
    inTurn(S, C, ['a', 'b', 'c'], () => {
      trace('C', 'kept', flow(C));
      trace('C', 'read', C.read(), flow(C));
      inTurn(S, C, ['d', 'ef'], () => {
        C.pause();
        C.resume();
        trace('C', 'read', C.read(), flow(C));
        C.on('data', (text) => trace('C', 'text', text));
        S.end();
      });
    });
  });
});
