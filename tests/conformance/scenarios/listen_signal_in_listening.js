// abort() in the callback of listen(), between other listeners.
// kinds: plain
'use strict';

const { net, record, run, trace } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  const server = net.createServer();
  server.listen({ port: 0, signal: controller.signal }, () => {
    controller.abort();
    trace('srv', 'callback', server.listening);
  });
  record(server, 'srv', 'listening close error');
});
