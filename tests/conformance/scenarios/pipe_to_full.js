// pipe() to a socket that waits for 'drain': the source starts to flow after it.
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
    D.write('full, ');
    S.pipe(D);
    trace('D', 'piped', queue(D), S.readableFlowing);
    C.end('then piped');
    settle(() => {
      trace('D', 'settled', queue(D), S.readableFlowing);
      D.uncork();
    });
  });
});
