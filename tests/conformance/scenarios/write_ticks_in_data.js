// The same inside a 'data' listener: what the listener adds runs after it, in order.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.resume();
    S.on('data', () => {
      process.nextTick(() => trace('S', 'tick 1'));
      S.write('a', answer('S', 'callback a'));
      process.nextTick(() => trace('S', 'tick 2'));
      S.write('b', answer('S', 'callback b'));
      trace('S', 'first listener ends');
    });
    S.on('data', () => trace('S', 'second listener'));
    record(S, 'S', 'end finish close');
    C.end('x');
  });
});
