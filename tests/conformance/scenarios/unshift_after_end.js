// unshift() after 'end' is an error of the socket.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { flags, flow } = require('../reading.cjs');

run(() => {
  pair({}, { allowHalfOpen: true }, (C, S) => {
    S.resume();
    record(C, 'C', 'data end error close');
    C.on('end', () => {
      C.unshift('too late');
      trace('C', 'put back', flow(C), flags(C));
    });
    C.on('close', () => trace('C', 'at close', flow(C), flags(C)));
    S.end('all');
  });
});
