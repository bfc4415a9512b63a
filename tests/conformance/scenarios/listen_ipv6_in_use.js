// An address of IPv6 in use, with and without a host.
// kinds: tcp
// needs: ipv6
'use strict';

const { net, record, run } = require('../harness.cjs');

run(() => {
  const first = net.createServer();
  const six = net.createServer();
  const none = net.createServer();
  record(six, 'host', 'listening error close');
  record(none, 'no host', 'listening error close');
  first.listen(0, () => {
    const { port } = first.address();
    six.listen(port, '::1');
    six.on('error', () => none.listen(port));
    none.on('error', () => first.close());
  });
});
