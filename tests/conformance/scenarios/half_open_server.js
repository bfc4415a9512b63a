// A server with allowHalfOpen: the accepted socket answers after the client's end.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, state, trace } = require('../harness.cjs');

run(() => {
  pair({ allowHalfOpen: true }, {}, (C, S) => {
    record(C, 'C', 'data end prefinish finish close');
    record(S, 'S', 'data end prefinish finish close');
    C.end('request');
    S.on('end', () => settle(() => {
      trace('S', 'settled', state(S), S.allowHalfOpen);
      trace('C', 'settled', state(C));
      S.write('part 1, ');
      settle(() => S.end('part 2'));
    }));
  });
});
