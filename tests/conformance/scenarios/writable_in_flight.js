// The writing half while the peer does not read: it waits until the kernel has it all.
// kinds: tcp unix
'use strict';

const { pair, run, settle, trace } = require('../harness.cjs');
const { waits } = require('../writing.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    const tell = (label) => trace('C', label, waits(C), C.bufferSize === C.writableLength);
    S.pause();
    C.resume();
    trace('C', 'big', C.write(Buffer.alloc(20000000), () => tell('big callback')));
    tell('after big');
    trace('C', 'small', C.write('1234', () => tell('small callback')));
    tell('after small');
    trace('C', 'empty', C.write('', () => tell('empty callback')));
    C.on('drain', () => {
      tell('drain');
      C.end();
    });
    S.on('data', () => {});
    settle(() => {
      tell('settled');
      S.resume();
    });
  });
});
