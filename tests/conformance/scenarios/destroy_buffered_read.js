// read() right after destroy(), and after destroy() with an error.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    for (const [who, sock] of [['C', C], ['S', S]]) {
      record(sock, who, 'data end error close');
      sock.pause();
    }
    inTurn(S, C, ['for the client'], () => inTurn(C, S, ['for the server'], () => {
      C.destroy();
      trace('C', 'read', C.read(3), flow(C));
      S.destroy(new Error('broken'));
      trace('S', 'read', S.read(3), flow(S));
    }));
  });
});
