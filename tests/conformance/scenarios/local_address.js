// The local address that one asks for is the one that the peer sees.
// kinds: tcp
// only: linux
'use strict';

const { outgoing } = require('../connecting.cjs');
const { listen, net, run, trace, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    trace('S', 'remote', sock.remoteAddress);
    sock.end().resume();
    server.close();
  });
  listen(server, () => {
    const client = outgoing({ ...where(server), localAddress: '127.0.0.2' });
    client.on('connect', () => trace('C', 'local', client.localAddress, client.localFamily, client.localPort > 0));
  });
});
