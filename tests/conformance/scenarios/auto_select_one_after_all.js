// One address that comes twice is a plain connection.
// kinds: tcp
'use strict';

const { named, outgoing, tried } = require('../connecting.cjs');
const { nowhere, run, trace } = require('../harness.cjs');

run(() => {
  nowhere((target) => {
    const client = outgoing(named(target, '127.0.0.1', '127.0.0.1'));
    client.on('close', () => trace('C', 'tried', tried(client)));
  });
});
