// pause() and resume() at once in a data listener: nothing is lost or doubled, 'resume' comes on a later tick.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    inTurn(S, C, ['one', 'two', 'three'], () => {
      C.on('data', (chunk) => {
        trace('C', 'chunk', chunk);
        C.pause();
        C.resume();
        trace('C', 'both', flow(C));
      });
      record(C, 'C', 'pause resume end close');
      setImmediate(() => S.end('four'));
    });
  });
});
