// Addresses of one family are tried in the order given.
// kinds: tcp
// only: linux
'use strict';

const { named, outgoing } = require('../connecting.cjs');
const { nowhere, run } = require('../harness.cjs');

run(() => {
  nowhere((target) => outgoing(named(target, '127.0.0.3', '127.0.0.1', '127.0.0.2')));
});
