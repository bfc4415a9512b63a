// Without automatic selection a custom lookup function is asked for one address: what it gets, and the events.
// kinds: tcp
'use strict';

const { looking, outgoing, serve, states, tried } = require('../connecting.cjs');
const { run, state, trace } = require('../harness.cjs');

run(() => {
  serve((target) => {
    const lookup = (hostname, options, callback) => {
      trace('C', 'asked', hostname, { ...options });
      setImmediate(() => callback(null, '127.0.0.1', 4));
    };
    const client = outgoing(looking(target, lookup, { autoSelectFamily: false }));
    trace('C', 'after connect', state(client));
    states(client, 'C', 'lookup connectionAttempt');
    client.on('close', () => trace('C', 'tried', tried(client)));
  });
});
