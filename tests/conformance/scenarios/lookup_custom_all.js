// By default a custom lookup function is asked for all addresses; 'lookup' comes for each.
// kinds: tcp
'use strict';

const { looking, outgoing, serve, states, tried } = require('../connecting.cjs');
const { run, trace } = require('../harness.cjs');

run(() => {
  serve((target) => {
    const lookup = (hostname, options, callback) => {
      trace('C', 'asked', hostname, { ...options });
      const all = [{ address: '127.0.0.1', family: 4 }, { address: '::1', family: 6 }];
      setImmediate(() => callback(null, all));
    };
    const client = outgoing(looking(target, lookup));
    states(client, 'C', 'lookup connectionAttempt');
    client.on('connect', () => trace('C', 'tried', tried(client)));
  });
});
