// A lookup function that gives an error at once: nothing is emitted before connect() returns but 'lookup'.
// kinds: plain
'use strict';

const { outgoing } = require('../connecting.cjs');
const { run, state, trace } = require('../harness.cjs');

run(() => {
  const failing = (hostname, options, callback) => callback(new Error('no such name'));
  for (const autoSelectFamily of [false, true]) {
    const who = `C${autoSelectFamily}`;
    const client = outgoing({ port: 80, host: 'some.name', lookup: failing, autoSelectFamily }, who);
    trace(who, 'after connect', state(client));
    process.nextTick(() => trace(who, 'tick', state(client)));
  }
});
