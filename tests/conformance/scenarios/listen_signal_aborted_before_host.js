// The same with an address as the host.
// kinds: tcp
'use strict';

const { net, note, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'listening close error');
  server.listen({ port: 0, host: '127.0.0.1', signal: AbortSignal.abort('reason') }, note('srv', 'callback'));
  setTimeout(() => trace('srv', 'later', server.listening, server.address()), 50);
});
