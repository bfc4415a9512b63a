// An IPv6 address with a scope: it is kept in events and errors.
// kinds: tcp
// only: linux
'use strict';

const { outgoing } = require('../connecting.cjs');
const { net, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => sock.end().resume());
  server.listen(0, '::1', () => {
    const { port } = server.address();
    const client = outgoing({ port, host: '::1%lo' }, 'C1');
    client.on('connect', () => trace('C1', 'remote', client.remoteAddress));
    client.on('close', () => server.close(() => {
      outgoing({ port, host: '::1%lo' }, 'C2').on('error', (err) => trace('C2', 'address', err.address));
    }));
  });
});
