// Without its 'data' listener a flowing socket goes on reading: what comes then is lost.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'end close');
    const first = (chunk) => {
      trace('C', 'first listener', chunk);
      C.off('data', first);
      S.write('nobody hears this');
      settle(() => {
        C.on('data', (late) => trace('C', 'second listener', late));
        S.end('heard again');
      });
    };
    C.on('data', first);
    S.write('heard');
  });
});
