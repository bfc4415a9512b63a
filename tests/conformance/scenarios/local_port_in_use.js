// A local port that is in use: an error of bind, and no attempt.
// kinds: tcp
'use strict';

const { outgoing, states } = require('../connecting.cjs');
const { listen, net, run, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  listen(server, () => {
    const { port } = where(server);
    const client = outgoing({ port, host: '127.0.0.1', localAddress: '127.0.0.1', localPort: port });
    states(client, 'C', 'error close');
    client.on('close', () => server.close());
  });
});
