// destroySoon() while a big write is under way: everything arrives, then 'finish' and 'close'.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, settle, trace } = require('../harness.cjs');
const { ends, waits } = require('../writing.cjs');

run(() => {
  pair({ allowHalfOpen: true }, {}, (C, S) => {
    record(C, 'C', 'drain prefinish finish end error close');
    S.pause();
    C.resume();
    C.write(Buffer.alloc(20000000), answer('C', 'write callback'));
    C.destroySoon();
    C.destroySoon();
    trace('C', 'after destroySoon', waits(C), ends(C));
    let total = 0;
    S.on('data', (chunk) => { total += chunk.length; });
    S.on('end', () => {
      trace('S', 'end', total);
      S.destroy();
    });
    settle(() => {
      trace('C', 'settled', waits(C), ends(C));
      S.resume();
    });
  });
});
