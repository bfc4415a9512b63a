// The first address refuses, the second works: no 'error'.
// kinds: tcp
// only: linux
'use strict';

const { named, outgoing, serve, tried } = require('../connecting.cjs');
const { run, trace } = require('../harness.cjs');

run(() => {
  serve((target) => {
    const client = outgoing(named(target, '127.0.0.2', '127.0.0.1'));
    client.on('connect', () => trace('C', 'tried', tried(client), client.remoteAddress, client.localAddress));
    client.on('close', () => trace('C', 'tried', tried(client), client.errored));
  });
});
