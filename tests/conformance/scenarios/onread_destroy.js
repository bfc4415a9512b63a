// onread: destroy() in the callback; nothing comes after it but 'close'.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { flags, flow } = require('../reading.cjs');

run(() => {
  let C = null;
  const onread = {
    buffer: Buffer.alloc(3),
    callback: (nread, given) => {
      trace('C', 'callback', Buffer.from(given.subarray(0, nread)));
      C.destroy();
      trace('C', 'destroyed', flow(C), flags(C), C.bytesRead);
    },
  };
  pair({}, { onread }, (client, S) => {
    C = client;
    S.resume();
    S.on('error', () => {});
    record(C, 'C', 'data end error close');
    S.write('abcdef');
  });
});
