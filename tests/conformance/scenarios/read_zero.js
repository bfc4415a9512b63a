// read(0) gives nothing and takes nothing, with data or without; at the end it does not hurt.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');
const { flags, flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.on('data', (chunk) => trace('C', 'chunk', chunk));
    C.pause();
    record(C, 'C', 'end close');
    trace('C', 'empty', C.read(0), flow(C));
    inTurn(S, C, ['abc'], () => {
      trace('C', 'buffered', C.read(0), flow(C), flags(C));
      S.end();
      settle(() => {
        trace('C', 'ended', C.read(0), flow(C), flags(C));
        trace('C', 'read(3)', C.read(3), flow(C));
        trace('C', 'drained', C.read(0), flags(C));
      });
    });
  });
});
