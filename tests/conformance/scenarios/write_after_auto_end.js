// A write after the socket has ended itself, since the peer ended: EPIPE for the callback.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(S, 'S', 'end finish error close');
    S.on('finish', () => {
      trace('S', 'write', S.write('too late', answer('S', 'write callback')));
    });
    S.resume();
    C.resume();
    C.end();
  });
});
