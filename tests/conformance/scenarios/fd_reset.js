// resetAndDestroy() of a socket made of a descriptor.
// kinds: tcp
'use strict';

const { descriptor } = require('../connecting.cjs');
const { listen, net, record, run, state, trace, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    record(sock, 'S', 'end error close');
    sock.resume();
    server.close();
  });
  listen(server, () => descriptor(where(server), (fd) => {
    const sock = new net.Socket({ fd });
    record(sock, 'C', 'error close');
    sock.resetAndDestroy();
    trace('C', 'after', state(sock));
  }));
});
