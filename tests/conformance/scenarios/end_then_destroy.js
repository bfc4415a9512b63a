// destroy() right after end(callback): the callback gets an error, there is no 'finish'.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, trace } = require('../harness.cjs');
const { ends } = require('../writing.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'prefinish finish error close');
    record(S, 'S', 'data end');
    C.end('last words', answer('C', 'end callback'));
    C.end(answer('C', 'second end callback'));
    C.destroy();
    trace('C', 'destroyed', ends(C));
  });
});
