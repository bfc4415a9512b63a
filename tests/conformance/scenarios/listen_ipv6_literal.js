// An address of IPv6 as the host: only peers of that address.
// kinds: tcp
// needs: ipv6
'use strict';

const { net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    trace('S', 'addresses', sock.localAddress, sock.localFamily, sock.remoteAddress, sock.remoteFamily);
    sock.destroy();
    server.close();
  });
  server.listen(0, '::1', () => {
    trace('srv', 'address', server.address());
    const four = net.connect(server.address().port, '127.0.0.1');
    record(four, 'four', 'connect error close');
    four.on('close', () => net.connect(server.address().port, '::1').resume());
  });
});
