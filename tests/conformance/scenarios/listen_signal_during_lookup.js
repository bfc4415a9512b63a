// abort() while the host is looked up.
// kinds: plain
'use strict';

const { net, note, record, run, trace } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  const server = net.createServer();
  record(server, 'srv', 'listening close error');
  server.listen({ port: 0, host: 'localhost', signal: controller.signal }, note('srv', 'callback'));
  controller.abort();
  setTimeout(() => trace('srv', 'later', server.listening, server.address()), 100);
});
