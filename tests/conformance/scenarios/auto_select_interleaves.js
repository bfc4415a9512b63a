// Addresses are tried in turns of family, led by the family of the first.
// kinds: tcp
// only: linux
'use strict';

const { named, outgoing } = require('../connecting.cjs');
const { nowhere, run } = require('../harness.cjs');

run(() => {
  nowhere((target) => {
    outgoing(named(target, '127.0.0.1', '127.0.0.2', '127.0.0.3', '::ffff:127.0.0.1', '::ffff:127.0.0.2'));
  });
});
