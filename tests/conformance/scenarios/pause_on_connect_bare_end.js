// pauseOnConnect, and the peer ends without having sent anything: not noticed before resume().
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, state, trace } = require('../harness.cjs');

run(() => {
  pair({ pauseOnConnect: true }, {}, (C, S) => {
    record(S, 'S', 'end finish close');
    C.resume();
    C.end();
    settle(() => {
      trace('S', 'settled', state(S));
      S.resume();
    });
  });
});
