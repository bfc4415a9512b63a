// What has been tried so far, in each event.
// kinds: tcp
// only: linux
'use strict';

const { named, tried } = require('../connecting.cjs');
const { net, nowhere, run, trace } = require('../harness.cjs');

run(() => {
  nowhere((target) => {
    const client = new net.Socket();
    trace('C', 'fresh', tried(client));
    client.on('lookup', () => trace('C', 'lookup', tried(client)));
    client.on('connectionAttempt', (ip) => trace('C', 'attempt', ip, tried(client)));
    client.on('connectionAttemptFailed', (ip) => trace('C', 'failed', ip, tried(client)));
    client.on('error', () => trace('C', 'error', tried(client)));
    client.connect(named(target, '127.0.0.1', '127.0.0.2'));
    trace('C', 'after connect', tried(client));
  });
});
