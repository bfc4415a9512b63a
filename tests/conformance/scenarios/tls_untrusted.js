// A client that does not trust the certificate: what it hears, and its callback of a write.
// kinds: tcp unix
'use strict';

const { answer, run, trace } = require('../harness.cjs');
const { CLIENT, distrusting, record, serve } = require('../securing.cjs');

run(() => {
  serve({}, (sock) => sock.on('error', () => {}), (server) => {
    const client = distrusting(server);
    record(client, 'C', CLIENT);
    client.write('early', answer('C', 'callback'));
    client.on('close', () => {
      trace('C', 'authorized', client.authorized);
      server.close();
    });
  });
});
