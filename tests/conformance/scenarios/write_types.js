// What write() takes: text in several encodings, bytes, and other buffers.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(S, 'S', 'data');
    C.resume();
    C.write('é|');
    C.write('7c7a', 'hex');
    C.write('fHk=', 'base64');
    C.write('é|', 'latin1');
    C.write('x|', 'utf16le');
    C.write(Buffer.from('bytes|'));
    C.write(new Uint8Array([97, 98, 124]));
    C.write('last', 'ascii', answer('C', 'callback'));
    trace('C', 'written', C.bytesWritten);
    C.end();
  });
});
