// pause() first, then a readable listener that comes and goes beside a data listener: what it is then.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    const onReadable = () => trace('C', 'readable', C.read(2));
    C.on('data', (chunk) => trace('C', 'chunk', chunk));
    C.pause();
    C.on('readable', onReadable);
    trace('C', 'listening', flow(C));
    record(C, 'C', 'pause resume end close');
    inTurn(S, C, ['abcd'], () => {
      C.off('readable', onReadable);
      settle(() => {
        trace('C', 'settled', flow(C));
        C.resume();
        S.end();
      });
    });
  });
});
