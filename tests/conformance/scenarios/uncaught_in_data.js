// An exception in a 'data' listener: uncaught, later listeners of it do not run, the next data does come.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    let first = true;
    C.on('data', (chunk) => {
      trace('main/C', 'listener', chunk);
      if (first) {
        first = false;
        S.end('two');
        throw new Error('in data');
      }
    });
    C.on('data', (chunk) => trace('main/C', 'second listener', chunk));
    record(C, 'main/C', 'end error close');
    S.write('one');
  });
});
