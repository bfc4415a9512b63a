// connect() while connecting: an error, and the end of it.
// kinds: tcp
'use strict';

const { outgoing, serve, states } = require('../connecting.cjs');
const { attempt, run, state, trace } = require('../harness.cjs');

run(() => {
  serve((target, server) => {
    const client = outgoing(target);
    attempt('C', 'again', () => client.connect(target));
    trace('C', 'after', state(client));
    states(client, 'C', 'error close');
    client.on('close', () => server.close());
  });
});
