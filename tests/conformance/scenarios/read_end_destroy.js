// read() meets the end and destroy() follows in the same step: 'end' still comes.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({ allowHalfOpen: true }, { allowHalfOpen: true }, (C, S) => {
    record(C, 'C', 'end finish error close');
    S.resume();
    S.on('end', () => S.destroy());
    C.on('readable', () => {
      const chunk = C.read();
      trace('C', 'read', chunk);
      if (chunk === null) {
        C.destroy();
        trace('C', 'ended', C.readableEnded);
      }
    });
    S.end('x');
  });
});
