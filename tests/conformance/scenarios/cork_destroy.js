// destroy() of a corked socket: what was held back is not sent, each callback gets the error.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, trace } = require('../harness.cjs');
const { ends, queue, tick } = require('../writing.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'drain finish error close');
    record(S, 'S', 'data end');
    C.cork();
    C.write('never ', answer('C', 'first callback'));
    C.write('sent', answer('C', 'second callback'));
    tick('C', 1);
    C.destroy();
    tick('C', 2);
    trace('C', 'destroyed', queue(C), ends(C));
    C.uncork();
    trace('C', 'uncorked', queue(C));
    C.on('close', () => trace('C', 'in close', queue(C)));
  });
});
