// A reset while reading has stopped at the mark: noticed when reading goes on, after what was buffered.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');
const { flags, flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({ pauseOnConnect: true }, { readableHighWaterMark: 4 }, (C, S) => {
    record(C, 'C', 'end error close');
    inTurn(S, C, ['unread'], () => C.write('never read', () => {
      S.destroy();
      settle(() => {
        trace('C', 'settled', flow(C), flags(C));
        C.on('data', (chunk) => trace('C', 'data', chunk));
      });
    }));
  });
});
