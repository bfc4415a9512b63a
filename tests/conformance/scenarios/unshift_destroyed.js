// unshift() on a destroyed socket.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'data readable end error close');
    S.on('error', () => {}).resume();
    C.destroy();
    trace('C', 'unshift', C.unshift('back'), C.readableLength);
    trace('C', 'empty', C.unshift(''), C.readableLength);
    trace('C', 'read', C.read());
  });
});
