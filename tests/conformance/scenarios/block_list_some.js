// Of several addresses the blocked ones are passed over.
// kinds: tcp
// only: linux
'use strict';

const { named, outgoing, serve, tried } = require('../connecting.cjs');
const { net, run, trace } = require('../harness.cjs');

run(() => {
  const blockList = new net.BlockList();
  blockList.addAddress('127.0.0.2');
  serve((target) => {
    const client = outgoing({ ...named(target, '127.0.0.2', '127.0.0.1'), blockList });
    client.on('connect', () => trace('C', 'tried', tried(client)));
  });
});
