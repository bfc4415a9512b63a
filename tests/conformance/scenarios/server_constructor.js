// new Server(), then 'connection' listeners: as with createServer().
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = new net.Server();
  server.on('connection', (sock) => {
    trace('srv', 'connection');
    sock.end('x');
    server.close();
  });
  listen(server, () => record(connect(server), 'C', 'data end close'));
});
