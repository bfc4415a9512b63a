// pipeline() of two sockets: the data and the end come through, the callback comes when the last has finished.
// kinds: tcp unix
'use strict';

const { pipeline } = require('node:stream');
const { record, run, settle, trace } = require('../harness.cjs');
const { between, ends } = require('../writing.cjs');

run(() => {
  between({}, {}, (C, S, D, T) => {
    record(D, 'D', 'pipe unpipe finish');
    record(T, 'T', 'data end');
    C.resume();
    D.resume();
    const last = pipeline(S, D, (err) => trace('D', 'pipeline', err, ends(D)));
    trace('main', 'returns the last', last === D);
    C.write('one ');
    settle(() => C.end('two'));
  });
});
