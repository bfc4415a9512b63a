// cork() after end(), while a big write is under way: the end waits for what is corked.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, settle, trace } = require('../harness.cjs');
const { waits } = require('../writing.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    let total = 0;
    record(C, 'C', 'drain prefinish finish');
    S.pause();
    C.resume();
    C.write(Buffer.alloc(20000000), () => {
      trace('C', 'big callback', waits(C));
      settle(() => {
        trace('C', 'corked', waits(C));
        C.uncork();
        trace('C', 'uncorked', waits(C));
      });
    });
    C.end('x', answer('C', 'end callback'));
    C.cork();
    trace('C', 'corked', waits(C));
    S.on('data', (chunk) => { total += chunk.length; });
    S.on('end', () => trace('S', 'end', total));
    settle(() => S.resume());
  });
});
