// The server ends first, with data.
// kinds: tcp unix
'use strict';

const { answer, run } = require('../harness.cjs');
const { CLIENT, PEER, record, secure, serve } = require('../securing.cjs');

run(() => {
  serve({}, (sock) => {
    record(sock, 'S', PEER);
    sock.end('bye', answer('S', 'ended'));
  }, (server) => {
    const client = secure(server);
    record(client, 'C', CLIENT);
    client.on('close', () => server.close());
  });
});
