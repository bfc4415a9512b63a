// unshift() of text after setDefaultEncoding('hex'), without setEncoding().
// kinds: tcp unix
'use strict';

const { pair, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.pause();
    C.setDefaultEncoding('hex');
    C.unshift('abcd');
    trace('C', 'text', C.readableLength, C.read());
    C.destroy();
    S.destroy();
  });
});
