// A listen() that failed, and its signal afterwards.
// kinds: plain
'use strict';

const { net, record, run, trace } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  const server = net.createServer();
  record(server, 'srv', 'listening close error');
  server.listen({ path: 'nowhere/s.sock', signal: controller.signal });
  server.on('error', () => setImmediate(() => {
    controller.abort();
    trace('srv', 'aborted');
  }));
});
