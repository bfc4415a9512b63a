// The client ends, and the server goes on before it ends, too.
// kinds: tcp unix
'use strict';

const { run } = require('../harness.cjs');
const { CLIENT, PEER, record, secure, serve } = require('../securing.cjs');

run(() => {
  serve({ allowHalfOpen: true }, (sock) => {
    record(sock, 'S', PEER);
    sock.on('end', () => {
      sock.write('after');
      setImmediate(() => sock.end(' the end'));
    });
  }, (server) => {
    const client = secure(server, { allowHalfOpen: true });
    record(client, 'C', CLIENT);
    client.end('question');
    client.on('close', () => server.close());
  });
});
