// An IPv6 address with the scope of no interface.
// kinds: tcp
// only: linux
'use strict';

const { outgoing } = require('../connecting.cjs');
const { net, run } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => sock.end().resume());
  server.listen(0, '::1', () => {
    const client = outgoing({ port: server.address().port, host: '::1%nowhere0' });
    client.on('close', () => server.close());
  });
});
