// The one destination that everybody waits for is taken out: the source goes on for the other.
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
      C.write('two ');
      settle(() => {
        trace('fast', 'waits', S.readableFlowing);
        S.unpipe(slow);
        trace('fast', 'goes on', S.readableFlowing);
        settle(() => C.end('three'));
      });
    });
  });
});
