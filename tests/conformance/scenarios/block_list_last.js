// A refusing address, then a blocked one.
// kinds: tcp
// only: linux
'use strict';

const { named, outgoing, tried } = require('../connecting.cjs');
const { net, nowhere, run, trace } = require('../harness.cjs');

run(() => {
  const blockList = new net.BlockList();
  blockList.addAddress('127.0.0.2');
  nowhere((target) => {
    const client = outgoing({ ...named(target, '127.0.0.1', '127.0.0.2'), blockList });
    client.on('error', (err) => trace('C', 'errors', err.code, err.errors.map((each) => each.message.split(' ')[0])));
    client.on('close', () => trace('C', 'tried', tried(client)));
  });
});
