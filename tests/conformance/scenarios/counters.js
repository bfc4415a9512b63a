// bytesRead and bytesWritten of both ends, and after the close.
// kinds: tcp unix
'use strict';

const { pair, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    S.once('data', (chunk) => {
      trace('S', 'read', S.bytesRead, S.bytesWritten);
      S.write(chunk.toString() + chunk.toString());
    });
    C.on('data', () => {
      trace('C', 'read', C.bytesRead, C.bytesWritten);
      C.end('!');
      trace('C', 'ended', C.bytesWritten);
    });
    C.on('close', () => trace('C', 'close', C.bytesRead, C.bytesWritten));
    C.write('five5');
  });
});
