// sock.pipe(sock) echoes, and ends when the peer ends.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(S, 'S', 'end finish error close');
    record(C, 'C', 'data end finish close');
    trace('S', 'returns the destination', S.pipe(S) === S);
    C.write('one ');
    settle(() => C.end('two'));
  });
});
