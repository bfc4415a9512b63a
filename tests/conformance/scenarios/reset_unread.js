// A reset by the peer while data is unread: the error comes at once, and there is no 'end'.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { flags, flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({ pauseOnConnect: true }, {}, (C, S) => {
    record(C, 'C', 'data end error close');
    record(S, 'S', 'error close');
    C.on('error', () => trace('C', 'in error', flow(C), flags(C)));
    C.on('close', () => trace('C', 'at close', flow(C), flags(C)));
    C.pause();
    inTurn(S, C, ['unread'], () => C.write('never read', () => S.destroy()));
  });
});
