// end(callback) in a 'prefinish' listener: its callback comes with the others.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, trace } = require('../harness.cjs');
const { ends } = require('../writing.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(S, 'S', 'data end');
    C.resume();
    C.on('prefinish', () => {
      trace('C', 'prefinish', ends(C));
      C.end(answer('C', 'late end callback'));
    });
    record(C, 'C', 'finish error close');
    C.end('all', answer('C', 'end callback'));
  });
});
