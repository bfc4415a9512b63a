// destroy() in a readable listener: the read that follows, no 'end', and what is told at 'close'.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { flags, flow } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(S, 'S', 'end close');
    S.resume();
    C.on('readable', () => {
      trace('C', 'readable', C.read(2));
      C.destroy();
      trace('C', 'destroyed', flow(C), flags(C));
      trace('C', 'read', C.read());
    });
    record(C, 'C', 'end error close');
    C.on('close', () => trace('C', 'at close', flow(C), flags(C)));
    S.write('abcdef');
  });
});
