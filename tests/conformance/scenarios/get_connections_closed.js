// getConnections() works on a server that does not listen, and wants a function.
// kinds: plain
'use strict';

const { attempt, net, note, run } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  server.getConnections(note('srv', 'count'));
  attempt('srv', 'without a function', () => server.getConnections(5));
});
