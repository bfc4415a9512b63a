// Without a host a server listens at :: for both families; a peer of IPv4 has a mapped address.
// kinds: tcp
// needs: ipv6
'use strict';

const { net, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    trace('S', 'remote', sock.remoteAddress, sock.remoteFamily);
    trace('S', 'local', sock.localAddress, sock.localFamily);
    sock.destroy();
    server.close();
  });
  server.listen(0, () => {
    trace('srv', 'address', server.address());
    net.connect(server.address().port, '127.0.0.1').resume();
  });
});
