// A 'data' listener, then unshift() before the flow begins.
// kinds: tcp unix
'use strict';

const { pair, run, settle, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.on('data', (chunk) => trace('C', 'data', chunk));
    trace('C', 'unshift', C.unshift('back'), C.readableLength, C.readableFlowing);
    C.on('resume', () => trace('C', 'resume', C.readableLength));
    process.nextTick(() => trace('C', 'tick', C.readableLength));
    settle(() => {
      C.destroy();
      S.destroy();
    });
  });
});
