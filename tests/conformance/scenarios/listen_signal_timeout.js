// A server that AbortSignal.timeout() closes, or any() of two signals.
// kinds: plain
'use strict';

const { net, record, run } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'timeout', 'listening close error');
  server.listen({ port: 0, signal: AbortSignal.timeout(20) });
  const controller = new AbortController();
  const any = net.createServer();
  record(any, 'any', 'listening close error');
  any.listen({ port: 0, signal: AbortSignal.any([new AbortController().signal, controller.signal]) }, () => {
    controller.abort();
  });
});
