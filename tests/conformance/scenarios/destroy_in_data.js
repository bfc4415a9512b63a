// destroy() in a 'data' listener: no further 'data', no 'end'.
// kinds: tcp unix
'use strict';

const { note, pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'end error close');
    C.on('data', () => {
      trace('C', 'data');
      C.destroy();
    });
    S.on('error', () => {});
    S.on('close', note('S', 'close'));
    S.resume();
    S.write(Buffer.alloc(300000));
  });
});
