// end(data, encoding, callback): the data goes out, the callback comes before 'finish'.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'prefinish finish close');
    record(S, 'S', 'data end close');
    C.resume();
    trace('C', 'returns itself', C.end('7c', 'hex', answer('C', 'end callback')) === C);
  });
});
