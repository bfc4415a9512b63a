// The usual way to gather the writes of a listener: cork() and uncork() on the next tick.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, trace } = require('../harness.cjs');
const { queue, tick } = require('../writing.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'data end');
    S.on('data', (chunk) => {
      S.cork();
      process.nextTick(() => {
        trace('S', 'before uncork', queue(S));
        S.uncork();
        trace('S', 'after uncork', queue(S));
      });
      tick('S', 1);
      S.write('HTTP ', answer('S', 'head callback'));
      S.write(chunk, answer('S', 'body callback'));
      tick('S', 2);
    });
    C.write('one ');
    C.once('data', () => C.end('two'));
  });
});
