// One read() at each 'readable', never a second one: it is enough, also for the end.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.on('readable', () => trace('C', 'readable', C.read(), flow(C)));
    record(C, 'C', 'end close');
    inTurn(S, C, ['one', 'two', 'three'], () => S.end());
  });
});
