// The events of an echo over TLS: both ends, in order.
// kinds: tcp unix
'use strict';

const { run } = require('../harness.cjs');
const { CLIENT, PEER, record, secure, serve } = require('../securing.cjs');

run(() => {
  serve({}, (sock) => {
    record(sock, 'S', PEER);
    sock.pipe(sock);
  }, (server) => {
    const client = secure(server);
    record(client, 'C', CLIENT);
    client.on('secureConnect', () => client.end('hello'));
    client.on('close', () => server.close());
  });
});
