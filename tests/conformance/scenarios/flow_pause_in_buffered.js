// pause() in a data listener while more is buffered: not one chunk more before resume(); the end needs none.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    inTurn(S, C, ['one', 'two', 'three'], () => {
      S.end();
      settle(() => {
        C.on('data', (chunk) => {
          trace('C', 'chunk', chunk);
          C.pause();
          trace('C', 'paused', flow(C));
          setImmediate(() => {
            trace('C', 'resuming', flow(C));
            C.resume();
          });
        });
        record(C, 'C', 'pause resume end close');
      });
    });
  });
});
