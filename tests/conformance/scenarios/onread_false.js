// onread: a callback that returns False stops the reading, resume() starts it again.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { arrived } = require('../reading.cjs');

run(() => {
  let C = null;
  const onread = {
    buffer: Buffer.alloc(3),
    callback: (nread, given) => {
      trace('C', 'callback', Buffer.from(given.subarray(0, nread)));
      setImmediate(() => {
        trace('C', 'resuming', C.bytesRead);
        C.resume();
      });
      return false;
    },
  };
  pair({}, { onread }, (client, S) => {
    C = client;
    record(C, 'C', 'data end close');
    S.write('abcdefgh');
    arrived(C, 8, () => S.end());
  });
});
