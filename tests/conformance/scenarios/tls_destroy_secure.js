// The client is destroyed in its listener of secureConnect, with a write of its own on the way.
// kinds: tcp unix
'use strict';

const { answer, run } = require('../harness.cjs');
const { CLIENT, record, secure, serve } = require('../securing.cjs');

run(() => {
  serve({}, (sock) => {
    record(sock, 'S', 'data end close');
    sock.on('error', () => {});
    sock.on('close', () => server.close());
  }, (listening) => {
    server = listening;
    const client = secure(listening);
    record(client, 'C', CLIENT);
    server.on('tlsClientError', () => server.close());
    client.on('secureConnect', () => {
      client.write('last', answer('C', 'callback'));
      client.destroy();
    });
  });
});

let server;
