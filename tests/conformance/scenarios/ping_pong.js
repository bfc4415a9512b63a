// Three rounds of question and answer in 'data' listeners.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    let round = 0;
    C.on('data', (chunk) => {
      trace('C', 'answer', chunk);
      round += 1;
      if (round === 3)
        C.end();
      else
        C.write(`question ${round}`);
    });
    S.on('data', (chunk) => {
      trace('S', 'question', chunk);
      S.write('answer to ' + chunk);
    });
    record(C, 'C', 'end close');
    record(S, 'S', 'end close');
    C.write('question 0');
  });
});
