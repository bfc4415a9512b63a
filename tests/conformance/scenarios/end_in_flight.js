// end() while a big write is under way: it finishes when all is out.
// kinds: tcp unix
'use strict';

const { pair, run, settle, trace } = require('../harness.cjs');
const { ends, waits } = require('../writing.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    const tell = (label) => trace('C', label, waits(C), ends(C));
    S.pause();
    C.resume();
    C.write(Buffer.alloc(20000000), () => tell('big callback'));
    C.end('tail', () => tell('first end callback'));
    C.end(() => tell('second end callback'));
    tell('ended');
    for (const event of ['drain', 'prefinish', 'finish', 'close'])
      C.on(event, () => tell(event));
    let total = 0;
    S.on('data', (chunk) => { total += chunk.length; });
    S.on('end', () => trace('S', 'end', total));
    settle(() => {
      tell('settled');
      S.resume();
    });
  });
});
