// A closed server listens again, at once, and takes connections.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    trace('srv', 'connected');
    sock.destroy();
    server.close();
  });
  record(server, 'srv', 'listening close');
  server.once('listening', () => {
    server.close();
    listen(server, () => {
      trace('srv', 'again', server.listening);
      connect(server).resume();
    });
  });
  listen(server);
});
