// end() right after connect().
// kinds: tcp unix
'use strict';

const { answer, run, state, trace } = require('../harness.cjs');
const { CLIENT, PEER, record, secure, serve } = require('../securing.cjs');

run(() => {
  serve({}, (sock) => {
    record(sock, 'S', PEER);
    sock.pipe(sock);
  }, (server) => {
    const client = secure(server);
    record(client, 'C', CLIENT);
    client.end('all', answer('C', 'ended'));
    trace('C', 'state', state(client));
    client.on('close', () => server.close());
  });
});
