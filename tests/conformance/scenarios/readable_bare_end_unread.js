// The peer ends without a word and the readable listener does not read: nothing is buffered, so 'end' comes.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');
const { flags, flow } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.on('readable', () => trace('C', 'readable', flow(C), flags(C)));
    record(C, 'C', 'end close');
    S.end();
    settle(() => {
      trace('C', 'settled', flow(C), flags(C));
      trace('C', 'read', C.read());
    });
  });
});
