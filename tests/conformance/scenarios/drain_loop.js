// A writer that obeys the bool and waits for 'drain': everything arrives.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    let left = 1000;
    let drains = 0;
    let total = 0;
    const more = () => {
      while (left > 0) {
        left -= 1;
        if (!C.write(Buffer.alloc(20000, 'x')))
          return;
      }
      C.end();
    };
    C.on('drain', () => {
      drains += 1;
      more();
    });
    record(C, 'C', 'finish error close');
    C.resume();
    C.on('close', () => trace('C', 'written', C.bytesWritten, drains > 0));
    S.on('data', (chunk) => { total += chunk.length; });
    S.on('end', () => trace('S', 'end', total));
    S.pause();
    more();
    settle(() => {
      trace('main', 'held back', left > 0);
      S.resume();
    });
  });
});
