// An empty write to a peer that has gone: the call says so, and `errored` is set in it.
// kinds: unix
'use strict';

const { answer, pair, record, run, settle, state, trace } = require('../harness.cjs');

run(() => {
  pair({ pauseOnConnect: true }, {}, (S, C) => {
    record(C, 'C', 'end error drain finish close');
    S.destroy();
    settle(() => {
      trace('C', 'write', C.write('', answer('C', 'first')), C.errored, C.writable);
      trace('C', 'write', C.write('y', answer('C', 'second')), state(C));
      trace('C', 'empty', C.write('', answer('C', 'third')));
      C.end(answer('C', 'end callback'));
      process.nextTick(() => trace('C', 'tick', state(C)));
    });
  });
});
