// Two destinations, one full: both wait for it.
// kinds: tcp unix
'use strict';

const { pair, run, settle, trace } = require('../harness.cjs');
const { Sink } = require('../writing.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    const fast = new Sink('fast');
    const slow = new Sink('slow');
    slow.full = true;
    C.resume();
    S.pipe(fast);
    S.pipe(slow);
    C.write('one ');
    settle(() => {
      C.end('two');
      settle(() => {
        trace('fast', 'waits', S.readableFlowing);
        trace('slow', 'is full');
        slow.drain();
      });
    });
  });
});
