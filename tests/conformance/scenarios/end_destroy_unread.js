// end() and destroy() in one step while the kernel holds unread input: the peer gets a reset.
// kinds: tcp unix
'use strict';

const { finished } = require('node:stream');
const { answer, pair, record, run, settle } = require('../harness.cjs');

run(() => {
  pair({ allowHalfOpen: true, pauseOnConnect: true }, {}, (C, S) => {
    record(C, 'C', 'end error close');
    record(S, 'S', 'end prefinish finish error close');
    finished(S, answer('S', 'finished'));
    C.resume();
    C.write('unread input');
    settle(() => {
      S.end(answer('S', 'end callback'));
      S.destroy();
    });
  });
});
