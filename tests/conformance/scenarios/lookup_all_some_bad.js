// Of all that a lookup function gives, what is no address is left out; with one left it is a plain connection.
// kinds: tcp
'use strict';

const { looking, outgoing, serve, tried } = require('../connecting.cjs');
const { run, trace } = require('../harness.cjs');

run(() => {
  serve((target) => {
    const list = [{ address: 'x', family: 4 }, { address: '127.0.0.1', family: 4 }, { address: '::1', family: 7 }];
    const client = outgoing(looking(target, (hostname, options, callback) => setImmediate(() => callback(null, list))));
    client.on('close', () => trace('C', 'tried', tried(client)));
  });
});
