// end(data) after destroy(): the callback gets the error, there is no 'error' event.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'error finish close');
    S.resume();
    C.destroy();
    C.end('x', answer('C', 'end with data'));
  });
});
