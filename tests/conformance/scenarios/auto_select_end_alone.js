// end() without data before the connection, which comes about at the second address.
// kinds: tcp
// only: linux
'use strict';

const { named, outgoing, serve, states } = require('../connecting.cjs');
const { answer, run, state, trace } = require('../harness.cjs');

run(() => {
  serve((target) => {
    const client = outgoing(named(target, '127.0.0.2', '127.0.0.1'));
    client.end(answer('C', 'ended'));
    trace('C', 'after end', state(client));
    states(client, 'C', 'connectionAttemptFailed connect ready');
  });
});
