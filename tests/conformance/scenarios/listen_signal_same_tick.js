// abort() right after listen(): closed within abort(), no listening.
// kinds: plain
'use strict';

const { net, note, record, run, trace } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  const server = net.createServer();
  record(server, 'srv', 'listening close error');
  server.listen({ port: 0, signal: controller.signal }, note('srv', 'callback'));
  trace('srv', 'returned', server.listening);
  controller.abort();
  trace('srv', 'aborted', server.listening, server.address());
});
