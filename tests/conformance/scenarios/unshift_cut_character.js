// unshift() of bytes that end within a character, after setEncoding('utf8').
// kinds: tcp unix
'use strict';

const { pair, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.pause();
    C.setEncoding('utf8');
    C.unshift(Buffer.from([0x61, 0xe2, 0x82]));
    trace('C', 'cut', C.readableLength, Buffer.from(C.read()));
    C.unshift(Buffer.from([0xff, 0x62]));
    trace('C', 'wrong', C.readableLength, Buffer.from(C.read()));
    C.unshift('\u00e9', 'latin1');
    trace('C', 'latin1', C.readableLength, Buffer.from(C.read()));
    C.destroy();
    S.destroy();
  });
});
