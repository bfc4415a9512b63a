// finished() of a socket that is closed already: the callback comes on a tick, with what became of it.
// kinds: tcp unix
'use strict';

const { finished } = require('node:stream');
const { answer, pair, run, trace } = require('../harness.cjs');
const { tick } = require('../writing.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.resume();
    S.on('error', () => {});
    C.on('close', () => {
      tick('C', 1);
      finished(C, answer('C', 'in close'));
      tick('C', 2);
      setImmediate(() => {
        finished(C, answer('C', 'closed'));
        trace('C', 'called');
      });
    });
    S.on('close', () => setImmediate(() => {
      finished(S, answer('S', 'died'));
      trace('S', 'called');
    }));
    S.on('data', () => S.destroy(new Error('enough')));
    C.end('last');
  });
});
