// Wrong ports and options of listen() raise at once, and the server is as before.
// kinds: plain
'use strict';

const { attempt, net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'listening close error');
  attempt('srv', 'port -1', () => server.listen(-1));
  attempt('srv', 'port 65536', () => server.listen(65536));
  attempt('srv', 'port 1.5', () => server.listen(1.5));
  attempt('srv', 'no port and no path', () => server.listen({ host: '127.0.0.1' }));
  attempt('srv', 'port true', () => server.listen({ port: true }));
  trace('srv', 'after', server.listening);
});
