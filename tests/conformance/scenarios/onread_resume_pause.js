// onread: resume() and pause() in one tick leave it paused.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');
const { arrived } = require('../reading.cjs');

run(() => {
  const onread = {
    buffer: Buffer.alloc(8),
    callback: (nread, given) => {
      trace('C', 'callback', Buffer.from(given.subarray(0, nread)));
    },
  };
  pair({}, { onread }, (C, S) => {
    record(C, 'C', 'pause resume end close');
    C.pause();
    S.write('abcd');
    settle(() => {
      C.resume();
      C.pause();
      settle(() => {
        trace('C', 'paused', C.bytesRead);
        C.resume();
        arrived(C, 4, () => S.end());
      });
    });
  });
});
