// An error from a lookup function counts more than an address beside it.
// kinds: plain
'use strict';

const { outgoing } = require('../connecting.cjs');
const { run } = require('../harness.cjs');

run(() => {
  const odd = (hostname, options, callback) => setImmediate(() => callback(new Error('odd'), '127.0.0.1', 4));
  outgoing({ port: 80, host: 'some.name', lookup: odd, autoSelectFamily: false });
});
