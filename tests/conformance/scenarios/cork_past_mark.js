// Corked writes count against the mark: write() turns False at it, 'drain' follows the uncork().
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, settle, trace } = require('../harness.cjs');
const { queue, tick } = require('../writing.cjs');

run(() => {
  pair({}, { highWaterMark: 8 }, (C, S) => {
    record(C, 'C', 'drain');
    record(S, 'S', 'data end');
    C.resume();
    C.cork();
    trace('C', 'seven', C.write('1234567', answer('C', 'seven callback')), queue(C));
    trace('C', 'eighth', C.write('8', answer('C', 'eighth callback')), queue(C));
    trace('C', 'empty', C.write('', answer('C', 'empty callback')), queue(C));
    settle(() => {
      tick('C', 1);
      C.uncork();
      trace('C', 'uncorked', queue(C));
      tick('C', 2);
      trace('C', 'more', C.write('9', answer('C', 'more callback')), queue(C));
      C.on('drain', () => {
        trace('C', 'in drain', queue(C));
        C.end();
      });
    });
  });
});
