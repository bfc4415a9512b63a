// end() of a socket that is corked twice: everything goes out, nothing is corked any more.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, trace } = require('../harness.cjs');
const { ends, queue, tick } = require('../writing.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'drain prefinish finish error close');
    record(S, 'S', 'data end');
    C.resume();
    C.cork();
    C.cork();
    C.write('corked ', answer('C', 'write callback'));
    tick('C', 1);
    C.end('to the end', answer('C', 'end callback'));
    tick('C', 2);
    trace('C', 'ended', queue(C), ends(C));
    C.uncork();
  });
});
