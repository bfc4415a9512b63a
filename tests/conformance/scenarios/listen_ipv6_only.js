// ipv6Only: a peer of IPv4 is refused, one of IPv6 is not.
// kinds: tcp
// needs: ipv6
'use strict';

const { net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => sock.end());
  server.listen({ port: 0, host: '::', ipv6Only: true }, () => {
    const { port } = server.address();
    trace('srv', 'address', server.address());
    const four = net.connect(port, '127.0.0.1');
    record(four, 'four', 'connect error close');
    four.on('close', () => {
      const six = net.connect(port, '::1');
      record(six, 'six', 'connect error close');
      six.resume().on('close', () => server.close());
    });
  });
});
