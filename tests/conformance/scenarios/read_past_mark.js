// read(n) for more than the mark raises it, so that a big message can come together.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    const message = Buffer.alloc(200000, 'message ');
    let done = false;
    C.on('readable', () => {
      const got = C.read(done ? undefined : 200000);
      if (got !== null) {
        done = true;
        trace('C', 'read', got, C.readableHighWaterMark, C.readableLength);
        S.end();
      }
    });
    record(C, 'C', 'end close');
    trace('C', 'mark', C.readableHighWaterMark);
    trace('C', 'read(200000)', C.read(200000), C.readableHighWaterMark);
    S.write(message);
  });
});
