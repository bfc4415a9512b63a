// listen() on a UDP socket is an error, not an exception.
// kinds: plain
'use strict';

const { withDescriptor } = require('../descriptors.cjs');
const { attempt, net, note, record, trace } = require('../harness.cjs');

withDescriptor('udp', (fd) => {
  const server = net.createServer();
  record(server, 'srv', 'listening error close');
  attempt('srv', 'call', () => server.listen({ fd }, note('srv', 'callback')));
  trace('srv', 'returned', server.listening, server.address());
});
