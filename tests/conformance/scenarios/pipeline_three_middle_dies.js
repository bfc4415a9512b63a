// The middle one of three is destroyed: a premature close, and the other two are destroyed.
// kinds: tcp unix
'use strict';

const { pipeline } = require('node:stream');
const { pair, record, run, settle, trace } = require('../harness.cjs');
const { between } = require('../writing.cjs');

run(() => {
  between({}, {}, (C, S, D, T) => {
    pair({}, {}, (E, F) => {
      record(S, 'S', 'finish error close');
      record(D, 'D', 'finish error close');
      record(E, 'E', 'finish error close');
      for (const far of [C, T, F]) {
        far.on('error', () => {});
        far.resume();
      }
      pipeline(S, D, E, (err) => trace('main', 'pipeline', err));
      C.write('lost');
      settle(() => D.destroy());
    });
  });
});
