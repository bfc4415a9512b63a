// address() and listening through the life of a server.
// kinds: tcp
'use strict';

const { connect, net, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  const show = (label) => trace('srv', label, server.listening, server.address());
  show('fresh');
  server.on('listening', () => {
    show('listening');
    connect(server).resume();
  });
  server.on('connection', (sock) => {
    show('connection');
    server.close(() => show('close callback'));
    show('closed');
    sock.on('close', () => show('socket closed'));
    sock.destroy();
  });
  server.on('close', () => show('close'));
  server.listen(0, '127.0.0.1');
});
