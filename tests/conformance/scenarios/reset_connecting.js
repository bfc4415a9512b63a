// resetAndDestroy() while connecting waits for the connection.
// kinds: tcp
'use strict';

const { outgoing, states } = require('../connecting.cjs');
const { listen, net, record, run, state, trace, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    record(sock, 'S', 'end error close');
    sock.resume();
    server.close();
  });
  listen(server, () => {
    const client = outgoing(where(server));
    trace('C', 'returns itself', client.resetAndDestroy() === client, state(client));
    states(client, 'C', 'connect ready close');
  });
});
