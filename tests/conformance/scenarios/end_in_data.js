// end() in a 'data' listener: what the peer had still to say arrives.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({ allowHalfOpen: true }, {}, (C, S) => {
    record(C, 'C', 'end finish close');
    C.on('data', (chunk) => {
      trace('C', 'chunk', chunk);
      C.end();
    });
    S.write('one');
    S.on('end', () => S.end('after the end'));
    S.resume();
  });
});
