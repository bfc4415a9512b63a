// An empty write sends nothing, and its callback comes in its turn.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(S, 'S', 'data end');
    C.resume();
    trace('C', 'empty', C.write('', answer('C', 'empty callback')));
    trace('C', 'text', C.write('x', answer('C', 'text callback')));
    trace('C', 'empty bytes', C.write(Buffer.alloc(0), answer('C', 'empty bytes callback')));
    trace('C', 'written', C.bytesWritten);
    C.end('', answer('C', 'end callback'));
  });
});
