// end() and destroy() in one step: the peer gets an end; 'finish' does not come.
// kinds: tcp unix
'use strict';

const { finished } = require('node:stream');
const { answer, pair, record, run, state, trace } = require('../harness.cjs');

run(() => {
  pair({ allowHalfOpen: true }, {}, (C, S) => {
    record(C, 'C', 'end prefinish finish error close');
    record(S, 'S', 'end error close');
    finished(C, answer('C', 'finished'));
    finished(C, { readable: false }, answer('C', 'finished writing'));
    S.resume();
    S.on('end', () => S.destroy());
    C.end(answer('C', 'end callback'));
    C.destroy();
    trace('C', 'state', state(C), C.writableEnded, C.writableFinished);
  });
});
