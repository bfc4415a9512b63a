// write() in a 'finish' listener: the callback and 'error' get the error, then 'close'.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, settle, trace } = require('../harness.cjs');

run(() => {
  pair({ allowHalfOpen: true }, {}, (C, S) => {
    record(C, 'C', 'prefinish finish error close');
    record(S, 'S', 'data end');
    C.resume();
    C.end('in time', answer('C', 'end callback'));
    C.on('finish', () => trace('C', 'write', C.write('late', answer('C', 'write callback'))));
    C.on('close', () => settle(() => S.destroy()));
  });
});
