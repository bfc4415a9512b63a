// end() and destroy() while a write is under way: finished() has its error.
// kinds: tcp unix
'use strict';

const { finished } = require('node:stream');
const { answer, pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({ allowHalfOpen: true, pauseOnConnect: true }, {}, (C, S) => {
    record(C, 'C', 'prefinish finish error close');
    finished(C, { readable: false }, answer('C', 'finished writing'));
    S.on('error', () => {});
    C.write(Buffer.alloc(20000000), answer('C', 'write callback'));
    C.end(answer('C', 'end callback'));
    C.destroy();
    C.on('close', () => {
      trace('C', 'errored', C.errored);
      S.destroy();
    });
  });
});
