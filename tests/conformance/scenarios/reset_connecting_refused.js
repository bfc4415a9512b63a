// resetAndDestroy() while connecting, and the connection is refused.
// kinds: tcp
'use strict';

const { outgoing } = require('../connecting.cjs');
const { nowhere, run } = require('../harness.cjs');

run(() => {
  nowhere((target) => {
    const client = outgoing(target);
    client.resetAndDestroy();
  });
});
