// With a local address one address is wanted.
// kinds: tcp
// only: linux
'use strict';

const { looking, outgoing, tried } = require('../connecting.cjs');
const { nowhere, run, trace } = require('../harness.cjs');

run(() => {
  nowhere((target) => {
    const lookup = (hostname, options, callback) => {
      trace('C', 'asked', { ...options });
      setImmediate(() => callback(null, '127.0.0.2', 4));
    };
    const client = outgoing(looking(target, lookup, { localAddress: '127.0.0.1', autoSelectFamily: true }));
    client.on('close', () => trace('C', 'tried', tried(client)));
  });
});
