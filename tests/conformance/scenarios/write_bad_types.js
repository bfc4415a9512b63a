// Wrong chunks and encodings raise at once, and the socket goes on.
// kinds: tcp unix
'use strict';

const { attempt, pair, record, run } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'error close');
    record(S, 'S', 'data end');
    C.resume();
    attempt('C', 'null', () => C.write(null));
    attempt('C', 'number', () => C.write(5));
    attempt('C', 'list', () => C.write([1]));
    attempt('C', 'encoding', () => C.write('x', 'no-such'));
    C.end('fine');
  });
});
