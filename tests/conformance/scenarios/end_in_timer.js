// end() in a timer: 'finish' comes before an immediate that was set there.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({ allowHalfOpen: true }, {}, (C, S) => {
    record(C, 'C', 'prefinish finish close');
    S.resume();
    S.on('end', () => S.destroy());
    setTimeout(() => {
      setImmediate(() => trace('C', 'immediate'));
      C.end(answer('C', 'end callback'));
    }, 5);
  });
});
