// pipeline() of three sockets, with a service in the middle that answers in capitals.
// kinds: tcp unix
'use strict';

const { pipeline } = require('node:stream');
const { pair, record, run, settle, state, trace } = require('../harness.cjs');
const { between } = require('../writing.cjs');

run(() => {
  between({ allowHalfOpen: true }, { allowHalfOpen: true }, (C, S, D, T) => {
    pair({}, {}, (E, F) => {
      record(D, 'D', 'pipe unpipe finish end close');
      record(E, 'E', 'pipe unpipe finish');
      record(F, 'F', 'data end');
      C.resume();
      E.resume();
      T.on('data', (chunk) => T.write(chunk.toString().toUpperCase()));
      T.on('end', () => T.end('!'));
      pipeline(S, D, E, (err) => {
        trace('main', 'pipeline', err, state(D));
        S.end();
      });
      C.write('quiet ');
      settle(() => C.end('words'));
    });
  });
});
