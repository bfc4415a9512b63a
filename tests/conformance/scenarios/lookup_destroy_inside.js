// destroy() in the 'lookup' event, with one address and with several.
// kinds: tcp
'use strict';

const { named, outgoing } = require('../connecting.cjs');
const { nowhere, run } = require('../harness.cjs');

run(() => {
  nowhere((target) => {
    for (const [who, addresses] of [['one', ['127.0.0.1']], ['several', ['127.0.0.1', '::1']]]) {
      const client = outgoing(named(target, ...addresses), who);
      client.on('lookup', () => client.destroy());
    }
  });
});
