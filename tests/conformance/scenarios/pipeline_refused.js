// The destination of a pipeline cannot connect: the callback gets the error, the source is destroyed.
// kinds: tcp unix
'use strict';

const { pipeline } = require('node:stream');
const { net, nowhere, pair, record, run, state, trace } = require('../harness.cjs');

run(() => {
  nowhere((target) => {
    pair({}, {}, (C, S) => {
      const out = net.connect(target);
      record(out, 'out', 'pipe unpipe finish close');
      record(S, 'S', 'error close');
      record(C, 'C', 'end close');
      C.resume();
      pipeline(S, out, (err) => trace('main', 'pipeline', err.code, state(S), state(out)));
    });
  });
});
