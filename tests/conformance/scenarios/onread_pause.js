// onread: pause() in the callback stops the reading, resume() starts it again; the events tell of both.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');
const { arrived, flow } = require('../reading.cjs');

run(() => {
  let C = null;
  const onread = {
    buffer: Buffer.alloc(4),
    callback: (nread, given) => {
      trace('C', 'callback', Buffer.from(given.subarray(0, nread)));
      C.pause();
      settle(() => {
        trace('C', 'resuming', flow(C), C.bytesRead);
        C.resume();
      });
    },
  };
  pair({}, { onread }, (client, S) => {
    C = client;
    record(C, 'C', 'data pause resume end close');
    S.write('abcdefghij');
    arrived(C, 10, () => settle(() => S.end()));
  });
});
