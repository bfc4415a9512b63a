// readableAll and writableAll mean nothing for TCP.
// kinds: tcp
'use strict';

const { net, record, run } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'listening error close');
  server.listen({ port: 0, host: '127.0.0.1', readableAll: true, writableAll: true }, () => server.close());
});
