// Two sources into one destination, the first with end false: both arrive, the second ends it.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle } = require('../harness.cjs');
const { between } = require('../writing.cjs');

run(() => {
  between({}, {}, (C, S, D, T) => {
    pair({}, {}, (E, F) => {
      record(F, 'F', 'end close');
      record(D, 'D', 'pipe unpipe finish');
      record(T, 'T', 'data end');
      C.resume();
      D.resume();
      E.resume();
      S.pipe(D, { end: false });
      F.pipe(D);
      C.end('one, ');
      settle(() => E.end('two'));
    });
  });
});
