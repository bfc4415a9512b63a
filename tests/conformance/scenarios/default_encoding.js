// setDefaultEncoding(): for text without an encoding of its own, in write() and end(); an unknown name changes nothing.
// kinds: tcp unix
'use strict';

const { attempt, pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(S, 'S', 'data end');
    C.resume();
    trace('C', 'returns itself', C.setDefaultEncoding('hex') === C);
    C.write('6162');
    C.write('63', 'latin1');
    C.write(Buffer.from('64'));
    attempt('C', 'unknown', () => C.setDefaultEncoding('no-such'));
    attempt('C', 'number', () => C.setDefaultEncoding(7));
    C.write('65');
    C.setDefaultEncoding('LATIN1');
    C.write('\u00e9');
    C.setDefaultEncoding('UTF-16LE');
    C.write('f');
    C.setDefaultEncoding('base64');
    C.end('Z2g=');
  });
});
