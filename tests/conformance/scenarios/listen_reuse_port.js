// reusePort: two servers at one port when both ask for it; a third one that does not is refused.
// kinds: tcp
// only: linux
'use strict';

const { net, record, run, trace } = require('../harness.cjs');

run(() => {
  const servers = ['first', 'second', 'third'].map((label) => {
    const server = net.createServer();
    record(server, label, 'listening error close');
    return server;
  });
  const [first, second, third] = servers;
  first.listen({ port: 0, host: '127.0.0.1', reusePort: true }, () => {
    const { port } = first.address();
    second.listen({ port, host: '127.0.0.1', reusePort: true }, () => {
      trace('second', 'same port', second.address().port === port);
      third.listen({ port, host: '127.0.0.1' });
      third.on('error', () => servers.forEach((server) => server.close()));
    });
  });
});
