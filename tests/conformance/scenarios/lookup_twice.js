// A lookup function that answers twice.
// kinds: tcp
'use strict';

const { looking, outgoing } = require('../connecting.cjs');
const { listen, net, run, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => sock.end().resume());
  listen(server, () => {
    const client = outgoing(looking(where(server), (hostname, options, callback) => setImmediate(() => {
      callback(null, '127.0.0.1', 4);
      callback(null, '127.0.0.1', 4);
    }), { autoSelectFamily: false }));
    client.on('close', () => server.close());
  });
});
