// end() in a listener, an immediate and a timer: 'finish' comes before an immediate that was set with it.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({ allowHalfOpen: true }, {}, (C, S) => {
    record(C, 'C', 'prefinish finish close');
    S.resume();
    S.on('end', () => S.destroy());
    C.on('data', () => {
      setImmediate(() => trace('C', 'immediate'));
      process.nextTick(() => trace('C', 'tick'));
      C.end('answer', answer('C', 'end callback'));
    });
    S.write('x');
  });
});
