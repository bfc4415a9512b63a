// destroySoon() sends what is queued, finishes, and does not wait for the peer's end.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, settle, state, trace } = require('../harness.cjs');

run(() => {
  pair({ allowHalfOpen: true }, {}, (C, S) => {
    record(C, 'C', 'prefinish finish end error close');
    record(S, 'S', 'data end close');
    C.resume();
    C.write('queued', answer('C', 'write callback'));
    C.destroySoon();
    trace('C', 'after destroySoon', state(C));
    C.on('close', () => settle(() => S.destroy()));
  });
});
