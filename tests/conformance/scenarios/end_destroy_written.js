// write(), end() and destroy() in one step: what the kernel took arrives.
// kinds: tcp unix
'use strict';

const { finished } = require('node:stream');
const { answer, pair, record, run } = require('../harness.cjs');

run(() => {
  pair({ allowHalfOpen: true }, {}, (C, S) => {
    record(C, 'C', 'end prefinish finish error close');
    record(S, 'S', 'data end error close');
    finished(C, answer('C', 'finished'));
    finished(C, { readable: false }, answer('C', 'finished writing'));
    S.on('end', () => S.destroy());
    C.write('last', answer('C', 'write callback'));
    C.end('words', answer('C', 'end callback'));
    C.destroy();
  });
});
