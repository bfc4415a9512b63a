// Writes before the connection, in connect and in secureConnect: the order of their callbacks.
// kinds: tcp unix
'use strict';

const { answer, run } = require('../harness.cjs');
const { PEER, record, secure, serve } = require('../securing.cjs');

run(() => {
  serve({}, (sock) => record(sock, 'S', PEER), (server) => {
    const client = secure(server);
    record(client, 'C', 'connect ready secureConnect drain finish end close');
    client.resume();
    client.write('1', answer('C', 'first'));
    client.on('connect', () => client.write('2', answer('C', 'second')));
    client.on('secureConnect', () => {
      client.write('3', answer('C', 'third'));
      client.end('4', answer('C', 'ended'));
    });
    client.on('close', () => server.close());
  });
});
