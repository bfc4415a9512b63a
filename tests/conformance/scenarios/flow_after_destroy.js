// pause(), resume() and set_encoding() after destroy(): they are allowed, and there are no events.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    S.resume();
    C.on('data', () => {});
    inTurn(S, C, ['abc'], () => {
      record(C, 'C', 'pause resume end error close');
      C.destroy();
      C.pause();
      trace('C', 'pause', flow(C));
      C.resume();
      trace('C', 'resume', flow(C));
      C.setEncoding('hex');
      trace('C', 'encoding', C.readableEncoding);
      C.on('close', () => {
        C.pause();
        trace('C', 'pause at close', flow(C));
      });
    });
  });
});
