// onread with a function that gives a buffer: each callback gets the one that was read into.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { inTurn } = require('../reading.cjs');

run(() => {
  const given = [];
  const onread = {
    buffer: () => {
      const buffer = Buffer.alloc(50);
      given.push(buffer);
      return buffer;
    },
    callback: (nread, buffer) => {
      const index = given.indexOf(buffer);
      trace('C', 'callback', index >= 0, Buffer.from(buffer.subarray(0, nread)));
      given[index] = null;
    },
  };
  pair({}, { onread }, (C, S) => {
    record(C, 'C', 'data end close');
    inTurn(S, C, ['one', 'two', 'three'], () => S.end());
  });
});
