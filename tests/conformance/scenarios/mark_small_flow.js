// A small mark does not hold up a flow: all of a big message comes.
// kinds: tcp unix
'use strict';

const { pair, record, run } = require('../harness.cjs');

run(() => {
  pair({}, { readableHighWaterMark: 1 }, (C, S) => {
    record(C, 'C', 'data end close');
    S.end(Buffer.alloc(300000, 'flow'));
  });
});
