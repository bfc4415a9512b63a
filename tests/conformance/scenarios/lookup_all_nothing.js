// All addresses are wanted, and the lookup function gives nothing.
// kinds: plain
'use strict';

const { outgoing } = require('../connecting.cjs');
const { run, state, trace } = require('../harness.cjs');

run(() => {
  const lookup = (hostname, options, callback) => setImmediate(() => callback(null, undefined));
  const client = outgoing({ port: 80, host: 'some.name', lookup });
  setTimeout(() => trace('C', 'later', state(client)), 50);
});
