// A blocked address: no connection, an error.
// kinds: tcp
'use strict';

const { outgoing, serve, states } = require('../connecting.cjs');
const { net, run, trace } = require('../harness.cjs');

run(() => {
  const blockList = new net.BlockList();
  blockList.addAddress('127.0.0.1');
  serve((target, server) => {
    const client = outgoing({ ...target, blockList });
    client.on('error', (err) => trace('C', 'text', err.message));
    states(client, 'C', 'error close');
    client.on('close', () => server.close());
  });
});
