// The readable listener is removed while a data listener is there: the rest flows to it, beginning a tick later.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    const onReadable = () => {
      trace('C', 'readable', C.read(5));
      C.off('readable', onReadable);
      trace('C', 'removed', flow(C));
    };
    C.on('readable', onReadable);
    C.on('data', (chunk) => trace('C', 'chunk', chunk));
    record(C, 'C', 'resume end close');
    inTurn(S, C, ['first rest', ' and more'], () => {
      trace('C', 'later', flow(C));
      S.end();
    });
  });
});
