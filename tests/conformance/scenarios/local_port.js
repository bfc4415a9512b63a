// A local port, alone and with a local address.
// kinds: tcp
'use strict';

const { outgoing } = require('../connecting.cjs');
const { listen, net, nowhere, run, trace, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => sock.end().resume());
  listen(server, () => nowhere(({ port }) => {
    const first = outgoing({ ...where(server), localPort: port }, 'C1');
    first.on('connect', () => trace('C1', 'local', first.localAddress, first.localPort === port));
    first.on('close', () => nowhere((other) => {
      const second = outgoing({ ...where(server), localPort: other.port, localAddress: '127.0.0.1' }, 'C2');
      second.on('connect', () => trace('C2', 'local', second.localAddress, second.localPort === other.port));
      second.on('close', () => server.close());
    }));
  }));
});
