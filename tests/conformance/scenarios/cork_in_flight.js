// cork() while a big write is under way: the callbacks and 'drain' wait for what is corked.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, settle, trace } = require('../harness.cjs');
const { waits } = require('../writing.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'drain finish');
    S.pause();
    C.resume();
    trace('C', 'big', C.write(Buffer.alloc(20000000), () => {
      trace('C', 'big callback', waits(C));
      settle(() => {
        C.uncork();
        trace('C', 'uncorked', waits(C));
      });
    }), waits(C));
    C.cork();
    trace('C', 'small', C.write('x', answer('C', 'small callback')), waits(C));
    let total = 0;
    S.on('data', (chunk) => { total += chunk.length; });
    S.on('end', () => trace('S', 'end', total));
    C.on('drain', () => C.end());
    settle(() => S.resume());
  });
});
