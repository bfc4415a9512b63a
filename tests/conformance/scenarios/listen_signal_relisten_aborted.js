// A server that a signal closed can listen again, without it.
// kinds: plain
'use strict';

const { net, record, run, trace } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  const server = net.createServer();
  record(server, 'srv', 'listening close error');
  server.once('listening', () => controller.abort());
  server.listen({ port: 0, signal: controller.signal });
  server.once('close', () => {
    server.listen(0, () => {
      trace('srv', 'again');
      server.close();
    });
  });
});
