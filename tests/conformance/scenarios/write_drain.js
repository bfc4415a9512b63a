// A slow reader: write() turns False, 'drain' comes once all is out, before the callbacks.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, settle, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'drain finish');
    S.pause();
    C.resume();
    trace('C', 'big', C.write(Buffer.alloc(20000000), answer('C', 'big callback')));
    trace('C', 'small', C.write('x', answer('C', 'small callback')));
    C.once('drain', () => C.end());
    let total = 0;
    S.on('data', (chunk) => { total += chunk.length; });
    S.on('end', () => trace('S', 'end', total));
    settle(() => S.resume());
  });
});
