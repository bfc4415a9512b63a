// abort() after close(), in the same tick and later, does nothing more.
// kinds: plain
'use strict';

const { answer, net, record, run } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  const late = new AbortController();
  const server = net.createServer();
  const other = net.createServer();
  record(server, 'same tick', 'listening close error');
  record(other, 'later', 'listening close error');
  server.listen({ port: 0, signal: controller.signal }, () => {
    server.close(answer('same tick', 'close callback'));
    controller.abort();
  });
  other.listen({ port: 0, signal: late.signal }, () => other.close());
  other.on('close', () => setImmediate(() => late.abort()));
});
