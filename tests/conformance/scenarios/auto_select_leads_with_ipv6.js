// Addresses of which the first is an IPv6 one: IPv6 leads.
// kinds: tcp
// only: linux
'use strict';

const { named, outgoing } = require('../connecting.cjs');
const { nowhere, run } = require('../harness.cjs');

run(() => {
  nowhere((target) => {
    outgoing(named(target, '::ffff:127.0.0.1', '127.0.0.1', '127.0.0.2', '::ffff:127.0.0.2'));
  });
});
