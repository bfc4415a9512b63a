// What is put back last comes first; bytes_read does not count it, readable_length does.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.pause();
    inTurn(S, C, ['three'], () => {
      C.unshift('two ');
      C.unshift(Buffer.from('one '));
      C.unshift('');
      trace('C', 'put back', flow(C), C.bytesRead);
      C.on('data', (chunk) => trace('C', 'chunk', chunk));
      record(C, 'C', 'end close');
      C.resume();
      S.end();
    });
  });
});
