// write() and end() of a socket that died of an error: each callback gets an error, 'error' comes once.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'finish error close');
    S.resume();
    C.destroy(new Error('enough'));
    trace('C', 'write', C.write('x', answer('C', 'write callback')));
    C.end('y', answer('C', 'end callback'));
    C.on('close', () => {
      trace('C', 'write', C.write('x', answer('C', 'later write callback')));
      C.end('y', answer('C', 'later end callback'));
    });
  });
});
