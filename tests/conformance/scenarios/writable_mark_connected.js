// A small mark on an idle connection: what the kernel takes at once does not count, what waits does.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, settle, trace } = require('../harness.cjs');
const { queue, waits } = require('../writing.cjs');

run(() => {
  pair({}, { highWaterMark: 4 }, (C, S) => {
    record(C, 'C', 'drain finish');
    S.pause();
    C.resume();
    trace('C', 'taken', C.write('past the mark', answer('C', 'taken callback')), queue(C));
    trace('C', 'and again', C.write('past the mark', answer('C', 'again callback')), queue(C));
    trace('C', 'big', C.write(Buffer.alloc(20000000), answer('C', 'big callback')), waits(C));
    let total = 0;
    S.on('data', (chunk) => { total += chunk.length; });
    S.on('end', () => trace('S', 'end', total));
    C.on('drain', () => {
      trace('C', 'in drain', C.write('12345', answer('C', 'drain callback')), queue(C));
      C.end();
    });
    settle(() => S.resume());
  });
});
