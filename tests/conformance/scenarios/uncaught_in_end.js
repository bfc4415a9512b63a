// An exception in the 'end' listener: uncaught, and the socket does not end itself then.
// kinds: tcp unix
'use strict';

const { pair, record, run, state, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.on('end', () => {
      throw new Error('in end');
    });
    record(C, 'main/C', 'end finish error close');
    C.resume();
    S.resume();
    S.end();
    setTimeout(() => {
      trace('main', 'later', state(C));
      C.destroy();
    }, 60);
  });
});
