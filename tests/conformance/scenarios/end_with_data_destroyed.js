// end(data) on a destroyed socket: refused; is it ended?
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, state, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'error finish close');
    S.on('error', () => {}).resume();
    C.destroy();
    C.end('x', answer('C', 'end callback'));
    trace('C', 'ended', C.writableEnded, C.writableFinished, state(C));
    C.on('close', () => trace('C', 'ended', C.writableEnded, C.errored));
  });
});
