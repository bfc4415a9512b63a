// destroy() in a write callback: the callbacks behind it are answered, too.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'error finish close');
    S.on('error', () => {});
    record(S, 'S', 'data end');
    C.resume();
    C.write('one ', (err) => {
      trace('C', 'first callback', err);
      C.destroy();
    });
    C.write('two', answer('C', 'second callback'));
    C.end(answer('C', 'end callback'));
  });
});
