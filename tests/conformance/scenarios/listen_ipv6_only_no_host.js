// ipv6Only without a host.
// kinds: tcp
// needs: ipv6
'use strict';

const { net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  server.listen({ port: 0, ipv6Only: true }, () => {
    trace('srv', 'address', server.address());
    const four = net.connect(server.address().port, '127.0.0.1');
    record(four, 'four', 'connect error close');
    four.on('close', () => server.close());
  });
});
