// An address that comes twice is told twice and tried once.
// kinds: tcp
// only: linux
'use strict';

const { named, outgoing } = require('../connecting.cjs');
const { nowhere, run } = require('../harness.cjs');

run(() => {
  const addresses = ['127.0.0.1', '127.0.0.2', '127.0.0.1', '::ffff:127.0.0.1', '::ffff:127.0.0.1'];
  nowhere((target) => outgoing(named(target, ...addresses)));
});
