// connect() in the 'error' of a refused connection.
// kinds: tcp unix
'use strict';

const { outgoing } = require('../connecting.cjs');
const { listen, net, nowhere, run, state, trace, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    sock.on('data', (chunk) => trace('srv', 'data', chunk));
    sock.on('close', () => server.close());
  });
  listen(server, () => nowhere((empty) => {
    const client = outgoing(empty);
    client.once('error', () => {
      client.connect(where(server), () => client.write('new', () => setTimeout(() => client.destroy(), 50)));
      trace('C', 'again', state(client));
    });
  }));
});
