// A certificate for another name.
// kinds: tcp unix
'use strict';

const { run } = require('../harness.cjs');
const { CLIENT, record, secure, serve } = require('../securing.cjs');

run(() => {
  serve({}, (sock) => sock.on('error', () => {}), (server) => {
    const client = secure(server, { servername: 'other.example' });
    record(client, 'C', CLIENT);
    client.on('close', () => server.close());
  });
});
