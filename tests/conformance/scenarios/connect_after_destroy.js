// connect() right after destroy(): the 'close' of the old connection comes while the new one is made.
// kinds: tcp
'use strict';

const { outgoing } = require('../connecting.cjs');
const { listen, net, run, state, trace, where } = require('../harness.cjs');

run(() => {
  let rounds = 0;
  const server = net.createServer((sock) => {
    sock.on('error', () => {});
    sock.on('data', (chunk) => trace('srv', 'data', chunk));
    sock.on('close', () => {
      rounds += 1;
      if (rounds === 2)
        server.close();
    });
  });
  listen(server, () => {
    const client = outgoing(where(server));
    client.once('ready', () => {
      client.destroy();
      client.connect(where(server));
      trace('C', 'again', state(client));
      client.once('ready', () => {
        trace('C', 'ready', state(client));
        client.write('new', () => setTimeout(() => client.destroy(), 50));
      });
    });
  });
});
