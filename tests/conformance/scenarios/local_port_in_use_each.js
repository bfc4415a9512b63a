// A local port that is in use, with several addresses: all errors are of bind, and no address counts as tried.
// kinds: tcp
// only: linux
'use strict';

const { named, outgoing, tried } = require('../connecting.cjs');
const { net, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  server.listen(0, '0.0.0.0', () => {
    const { port } = server.address();
    const client = outgoing({ ...named({ port }, '127.0.0.1', '127.0.0.2'), localPort: port });
    client.on('close', () => {
      trace('C', 'tried', tried(client));
      server.close();
    });
  });
});
