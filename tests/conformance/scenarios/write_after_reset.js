// write() in the step in which the connection was reset by destroy(err): refused, its callback has the error.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'error close');
    S.on('error', () => {}).resume();
    C.destroy(new Error('boom'));
    trace('C', 'write', C.write('x', answer('C', 'write')), C.errored);
    trace('C', 'empty', C.write('', answer('C', 'empty')));
  });
});
