// A data listener that hands over to another one: the next chunk goes to the new one, and none is lost.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    const first = (chunk) => {
      trace('C', 'first', chunk);
      C.removeAllListeners('data');
      C.on('data', (later) => trace('C', 'second', later));
      trace('C', 'handed over', flow(C));
    };
    inTurn(S, C, ['greeting', 'one', 'two'], () => {
      C.on('data', first);
      record(C, 'C', 'pause resume end close');
      setImmediate(() => S.end('three'));
    });
  });
});
