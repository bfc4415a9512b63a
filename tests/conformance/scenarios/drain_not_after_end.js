// end() of a socket that waits for 'drain': there is no 'drain' any more.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, trace } = require('../harness.cjs');
const { queue } = require('../writing.cjs');

run(() => {
  pair({}, { highWaterMark: 4 }, (C, S) => {
    record(C, 'C', 'drain prefinish finish');
    record(S, 'S', 'data end');
    C.resume();
    C.cork();
    trace('C', 'write', C.write('12345', answer('C', 'write callback')), queue(C));
    C.end(answer('C', 'end callback'));
    trace('C', 'ended', queue(C));
  });
});
