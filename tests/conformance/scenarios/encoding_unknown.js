// set_encoding() with a name that nobody knows raises, and the socket goes on as it was.
// kinds: tcp unix
'use strict';

const { attempt, pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.setEncoding('hex');
    record(C, 'C', 'error end close');
    attempt('C', 'no such', () => C.setEncoding('no-such'));
    attempt('C', 'buffer', () => C.setEncoding('buffer'));
    trace('C', 'encoding', C.readableEncoding);
    C.on('data', (text) => trace('C', 'text', text));
    S.end('jk');
  });
});
