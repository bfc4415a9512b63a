// What is written in the 'end' listener is sent before the automatic end.
// kinds: tcp unix
'use strict';

const { answer, pair, record, run, state, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'data end prefinish finish close');
    record(S, 'S', 'data end prefinish finish close');
    S.on('end', () => {
      trace('S', 'write', S.write('a last answer', answer('S', 'write callback')), state(S));
    });
    C.end();
  });
});
