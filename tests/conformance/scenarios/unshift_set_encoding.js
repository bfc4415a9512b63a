// unshift() of text, of text in an encoding and of bytes after setEncoding('hex').
// kinds: tcp unix
'use strict';

const { pair, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.pause();
    C.setEncoding('hex');
    C.unshift('abcd');
    trace('C', 'text', C.readableLength, C.read());
    C.unshift('ff00', 'hex');
    trace('C', 'hex', C.readableLength, C.read());
    C.unshift(Buffer.from('AB'));
    trace('C', 'bytes', C.readableLength, C.read());
    C.unshift('AQI=', 'base64');
    trace('C', 'base64', C.readableLength, C.read());
    C.destroy();
    S.destroy();
  });
});
