// pipe() to a corked socket: what is piped waits, and holds the source back, until uncork().
// kinds: tcp unix
'use strict';

const { record, run, settle, trace } = require('../harness.cjs');
const { between, queue } = require('../writing.cjs');

run(() => {
  between({}, { highWaterMark: 4 }, (C, S, D, T) => {
    record(D, 'D', 'drain finish');
    record(T, 'T', 'data end');
    C.resume();
    D.resume();
    D.cork();
    S.pipe(D);
    C.write('first ');
    settle(() => {
      trace('D', 'settled', queue(D), S.readableFlowing);
      C.end('second');
      settle(() => {
        trace('D', 'still', queue(D), S.readableFlowing);
        D.uncork();
      });
    });
  });
});
