// Two exceptions in one turn, from two listeners: both are reported.
// kinds: tcp unix
'use strict';

const { pair, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.on('close', () => {
      throw new Error('first');
    });
    process.nextTick(() => {
      throw new Error('second');
    });
    S.resume();
    C.destroy();
    setTimeout(() => trace('main', 'later'), 20);
  });
});
