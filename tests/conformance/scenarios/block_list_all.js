// All of several addresses are blocked.
// kinds: tcp
'use strict';

const { named, outgoing, states, tried } = require('../connecting.cjs');
const { net, nowhere, run, trace } = require('../harness.cjs');

run(() => {
  const blockList = new net.BlockList();
  blockList.addSubnet('127.0.0.0', 8);
  blockList.addAddress('::1', 'ipv6');
  nowhere((target) => {
    const client = outgoing({ ...named(target, '127.0.0.1', '::1'), blockList });
    states(client, 'C', 'connectionAttemptFailed error close');
    client.on('close', () => trace('C', 'tried', tried(client)));
  });
});
