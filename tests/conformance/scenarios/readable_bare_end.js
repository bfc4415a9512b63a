// The peer ends without a word: 'readable' once, read() gives nothing, then 'end'.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { flags, flow } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.on('readable', () => trace('C', 'readable', flow(C), C.read(), flags(C)));
    record(C, 'C', 'end close');
    S.end();
  });
});
