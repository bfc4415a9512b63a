// A connection over IPv6: the attempt, the addresses of both ends.
// kinds: tcp
// only: linux
'use strict';

const { outgoing } = require('../connecting.cjs');
const { net, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    trace('S', 'addresses', sock.remoteAddress, sock.remoteFamily, sock.localAddress, sock.localFamily);
    sock.end().resume();
    server.close();
  });
  server.listen(0, '::1', () => {
    const client = outgoing({ port: server.address().port, host: '::1' });
    client.on('connect', () => trace('C', 'at', client.remoteAddress, client.remoteFamily, client.address()));
  });
});
