// end() with data before the connection, which comes about at the second address.
// kinds: tcp
// only: linux
'use strict';

const { named, outgoing } = require('../connecting.cjs');
const { answer, listen, net, run, state, trace, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => sock.resume().on('end', () => trace('srv', 'end')));
  listen(server, () => {
    const client = outgoing(named(where(server), '127.0.0.2', '127.0.0.1'));
    client.end('two', answer('C', 'two'));
    setTimeout(() => {
      trace('C', 'later', state(client), client.bytesWritten);
      client.destroy();
      server.close();
    }, 100);
  });
});
