// A socket that has ended its own side and then reads what was answered, with read().
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, state, trace } = require('../harness.cjs');
const { arrived, flags, flow } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'end finish close');
    S.on('data', (chunk) => S.end(`you said ${chunk}`));
    C.end('hello');
    arrived(C, 14, () => settle(() => {
      trace('C', 'settled', flow(C), flags(C), state(C));
      trace('C', 'read', C.read());
      trace('C', 'after', flow(C), flags(C), state(C));
    }));
  });
});
