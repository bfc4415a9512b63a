// destroy() in the first and in the last 'connectionAttemptFailed'.
// kinds: tcp
// only: linux
'use strict';

const { named, outgoing, tried } = require('../connecting.cjs');
const { nowhere, run, trace } = require('../harness.cjs');

run(() => {
  nowhere((target) => {
    for (const [who, at] of [['C1', '127.0.0.2'], ['C2', '127.0.0.4']]) {
      const client = outgoing(named(target, '127.0.0.2', '127.0.0.3', '127.0.0.4'), who);
      client.on('connectionAttemptFailed', (ip) => ip === at && client.destroy());
      client.on('close', () => trace(who, 'tried', tried(client)));
    }
  });
});
