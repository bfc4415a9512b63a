// resetAndDestroy() in 'connect'.
// kinds: tcp
'use strict';

const { outgoing } = require('../connecting.cjs');
const { listen, net, record, run, state, trace, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    record(sock, 'S', 'end error close');
    sock.resume();
    server.close();
  });
  listen(server, () => {
    const client = outgoing(where(server));
    client.on('connect', () => {
      client.resetAndDestroy();
      trace('C', 'after', state(client));
    });
  });
});
