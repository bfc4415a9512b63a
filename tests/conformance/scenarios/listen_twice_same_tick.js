// Two calls of listen() by port in one tick: the second one raises.
// kinds: plain
'use strict';

const { attempt, net, note, record, run } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'listening close error');
  server.listen(0, note('srv', 'first callback'));
  attempt('srv', 'second', () => server.listen(0, note('srv', 'second callback')));
  setImmediate(() => server.close());
});
