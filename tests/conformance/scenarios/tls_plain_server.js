// A server in the clear that ends: the handshake fails.
// kinds: tcp unix
'use strict';

const { answer, listen, run } = require('../harness.cjs');
const { CLIENT, net, record, secure } = require('../securing.cjs');

run(() => {
  const server = net.createServer((sock) => {
    sock.on('error', () => {});
    sock.once('data', () => sock.end());
  });
  listen(server, () => {
    const client = secure(server);
    record(client, 'C', CLIENT);
    client.write('early', answer('C', 'callback'));
    client.on('close', () => server.close());
  });
});
