// listen() on a connected socket is an error.
// kinds: tcp
'use strict';

const { attempt, net, note, pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (client, peer) => {
    const server = net.createServer();
    record(server, 'srv', 'listening error close');
    attempt('srv', 'call', () => server.listen(client, note('srv', 'callback')));
    trace('srv', 'returned', server.listening, server.address());
    server.on('error', () => {
      client.destroy();
      peer.destroy();
    });
  });
});
