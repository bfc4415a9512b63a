// One address is wanted, and the lookup function gives a family that is none.
// kinds: plain
'use strict';

const { outgoing } = require('../connecting.cjs');
const { run, state, trace } = require('../harness.cjs');

run(() => {
  const results = [['9', 9], ['0', 0], ['text', 'IPv4']];
  for (const [label, family] of results) {
    const lookup = (hostname, options, callback) => setImmediate(() => callback(null, '127.0.0.1', family));
    const client = outgoing({ port: 80, host: 'some.name', lookup, autoSelectFamily: false }, label);
    client.on('close', () => trace(label, 'state', state(client)));
  }
});
