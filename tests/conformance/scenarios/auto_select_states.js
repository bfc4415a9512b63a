// The states in the events of a connection to the second address.
// kinds: tcp
// only: linux
'use strict';

const { named, serve, states } = require('../connecting.cjs');
const { net, run, state, trace } = require('../harness.cjs');

run(() => {
  serve((target) => {
    const client = new net.Socket();
    states(client, 'C', 'lookup connectionAttempt connectionAttemptFailed connect ready close');
    client.resume();
    client.connect(named(target, '127.0.0.2', '127.0.0.1'));
    trace('C', 'after connect', state(client));
  });
});
