// A local address of the other family, and one that is not of this machine.
// kinds: tcp
'use strict';

const { outgoing, serve, states } = require('../connecting.cjs');
const { run } = require('../harness.cjs');

run(() => {
  serve((target, server) => {
    let open = 2;
    for (const [who, localAddress] of [['C1', '::1'], ['C2', '192.0.2.1']]) {
      const client = outgoing({ ...target, localAddress }, who);
      states(client, who, 'error close');
      client.on('close', () => {
        open -= 1;
        if (open === 0)
          server.close();
      });
    }
  });
});
