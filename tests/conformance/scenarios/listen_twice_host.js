// Two calls of listen() with a host in one step.
// kinds: plain
'use strict';

const { attempt, net, note, record, run } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'listening close error');
  server.listen(0, '127.0.0.1', note('srv', 'first callback'));
  attempt('srv', 'second', () => server.listen(0, '127.0.0.1', note('srv', 'second callback')));
  setTimeout(() => server.close(), 30);
});
