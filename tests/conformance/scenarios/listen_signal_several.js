// Servers with one signal are closed in the order of their listen() calls.
// kinds: plain
'use strict';

const { net, run, trace } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  controller.signal.addEventListener('abort', () => trace('main', 'first listener'));
  const servers = ['a', 'b', 'c'].map((label) => {
    const server = net.createServer();
    server.on('close', () => trace('main', `${label} closed`));
    return server.listen({ port: 0, signal: controller.signal });
  });
  controller.signal.addEventListener('abort', () => {
    trace('main', 'last listener', servers.map((server) => server.listening));
  });
  setImmediate(() => {
    controller.abort();
    trace('main', 'aborted');
  });
});
