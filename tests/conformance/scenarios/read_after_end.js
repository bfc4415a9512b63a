// read() after 'end' and after 'close' gives nothing, and changes nothing.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { flags } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'data end error close');
    C.on('end', () => trace('C', 'in end', C.read(), C.read(0), C.read(1), flags(C)));
    C.on('close', () => trace('C', 'in close', C.read(), C.read(0), C.read(1), flags(C)));
    S.end('all');
  });
});
