// onread: a reset by the peer is an error, as ever; the callback is not called for it.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { inTurn } = require('../reading.cjs');

run(() => {
  const onread = {
    buffer: Buffer.alloc(30),
    callback: (nread, given) => {
      trace('C', 'callback', nread, Buffer.from(given.subarray(0, nread)));
    },
  };
  pair({ pauseOnConnect: true }, { onread }, (C, S) => {
    record(C, 'C', 'data end error close');
    inTurn(S, C, ['hello'], () => C.write('never read', () => S.destroy()));
  });
});
