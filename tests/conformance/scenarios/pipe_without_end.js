// pipe() with end false: the destination stays open after the source's end.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, state, trace } = require('../harness.cjs');

run(() => {
  pair({}, { allowHalfOpen: true }, (C, S) => {
    pair({}, {}, (D, T) => {
      record(D, 'D', 'finish close');
      record(T, 'T', 'data end close');
      D.resume();
      S.pipe(D, { end: false });
      C.resume();
      C.end('piped, ');
      S.on('end', () => settle(() => {
        trace('D', 'settled', state(D));
        D.end('by hand');
      }));
    });
  });
});
