// A signal belongs to its listen(): after close() it ends no later one.
// kinds: plain
'use strict';

const { net, record, run, trace } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  const server = net.createServer();
  record(server, 'srv', 'listening close error');
  server.listen({ port: 0, signal: controller.signal }, () => server.close());
  server.once('close', () => server.listen(0, () => {
    controller.abort();
    trace('srv', 'aborted', server.listening);
    server.close();
  }));
});
