// The client is destroyed in its listener of connect, before the handshake.
// kinds: tcp unix
'use strict';

const { answer, run } = require('../harness.cjs');
const { CLIENT, record, secure, serve } = require('../securing.cjs');

run(() => {
  serve({}, () => {}, (server) => {
    const client = secure(server);
    record(client, 'C', CLIENT);
    client.write('early', answer('C', 'callback'));
    client.on('connect', () => client.destroy());
    server.on('tlsClientError', () => server.close());
  });
});
