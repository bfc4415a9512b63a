// Write callbacks take the place in the tick queue that their write() had.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    const tick = (label) => process.nextTick(() => trace('C', `tick ${label}`));
    record(C, 'C', 'prefinish finish');
    C.resume();
    S.resume();
    tick(1);
    C.write('a', answer('C', 'callback a'));
    tick(2);
    C.write('b');
    tick(3);
    C.write('c', answer('C', 'callback c'));
    tick(4);
    C.end('d', answer('C', 'end callback'));
    tick(5);
  });
});
