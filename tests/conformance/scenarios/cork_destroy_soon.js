// destroySoon() of a corked socket sends what was held back.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, settle, trace } = require('../harness.cjs');
const { ends, queue } = require('../writing.cjs');

run(() => {
  pair({ allowHalfOpen: true }, {}, (C, S) => {
    record(C, 'C', 'prefinish finish error close');
    record(S, 'S', 'data end close');
    C.cork();
    C.write('held ', answer('C', 'first callback'));
    C.write('back', answer('C', 'second callback'));
    C.destroySoon();
    trace('C', 'after destroySoon', queue(C), ends(C));
    C.on('close', () => settle(() => S.destroy()));
  });
});
