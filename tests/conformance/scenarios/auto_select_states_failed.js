// The states in the events of a connection that fails at all addresses.
// kinds: tcp
// only: linux
'use strict';

const { named, states } = require('../connecting.cjs');
const { net, nowhere, run } = require('../harness.cjs');

run(() => {
  nowhere((target) => {
    const client = new net.Socket();
    states(client, 'C', 'lookup connectionAttempt connectionAttemptFailed error close');
    client.connect(named(target, '127.0.0.2', '127.0.0.1'));
    client.end();
  });
});
