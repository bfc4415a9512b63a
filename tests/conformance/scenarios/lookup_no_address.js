// One address is wanted, and the lookup function gives something that is none.
// kinds: plain
'use strict';

const { outgoing } = require('../connecting.cjs');
const { run, state, trace } = require('../harness.cjs');

run(() => {
  const results = [['text', 'x', 4], ['empty', '', 4], ['dots', '1.2.3', 4], ['number', 5, 4], ['nothing']];
  for (const [label, address, family] of results) {
    const lookup = (hostname, options, callback) => setImmediate(() => callback(null, address, family));
    const client = outgoing({ port: 80, host: 'some.name', lookup, autoSelectFamily: false }, label);
    client.on('close', () => trace(label, 'state', state(client)));
  }
});
