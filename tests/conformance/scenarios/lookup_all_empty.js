// All addresses are wanted, and the lookup function gives an empty list.
// kinds: plain
'use strict';

const { outgoing } = require('../connecting.cjs');
const { run, state, trace } = require('../harness.cjs');

run(() => {
  const lookup = (hostname, options, callback) => setImmediate(() => callback(null, []));
  const client = outgoing({ port: 80, host: 'some.name', lookup });
  setTimeout(() => trace('C', 'later', state(client)), 50);
});
