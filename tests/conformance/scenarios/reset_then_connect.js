// Connecting again after resetAndDestroy().
// kinds: tcp
'use strict';

const { outgoing } = require('../connecting.cjs');
const { listen, net, run, trace, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    sock.on('error', (err) => trace('srv', 'error', err));
    sock.resume();
  });
  listen(server, () => {
    const client = outgoing(where(server));
    client.once('ready', () => client.resetAndDestroy());
    client.once('close', () => {
      client.connect(where(server), () => client.end());
      client.once('close', () => server.close());
    });
  });
});
