// A header is read, what came with it is put back, and the rest is piped.
// kinds: tcp unix
'use strict';

const { record, run, trace } = require('../harness.cjs');
const { between } = require('../writing.cjs');

run(() => {
  between({}, {}, (C, S, D, T) => {
    record(T, 'T', 'data end');
    C.resume();
    D.resume();
    const header = (chunk) => {
      const at = chunk.indexOf('\n');
      S.off('data', header);
      S.pause();
      trace('S', 'header', chunk.subarray(0, at));
      S.unshift(chunk.subarray(at + 1));
      trace('S', 'put back', S.readableLength);
      S.pipe(D);
    };
    S.on('data', header);
    C.end('CONNECT\nand the body');
  });
});
