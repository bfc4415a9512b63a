// Two destinations, both full: the source waits for the last 'drain'.
// kinds: tcp unix
'use strict';

const { pair, run, settle, trace } = require('../harness.cjs');
const { Sink } = require('../writing.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    const one = new Sink('main/one');
    const two = new Sink('main/two');
    one.full = true;
    two.full = true;
    C.resume();
    S.pipe(one);
    S.pipe(two);
    C.write('first');
    settle(() => {
      one.drain();
      trace('main', 'one drained', S.readableFlowing);
      C.write('second');
      settle(() => {
        two.drain();
        trace('main', 'two drained', S.readableFlowing);
        settle(() => C.end());
      });
    });
  });
});
