// All events of a server and its sockets in order, with the ticks between.
// kinds: tcp unix
'use strict';

const { connect, listen, net, note, record, run } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'listening connection drop error close');
  server.on('listening', () => process.nextTick(note('srv', 'tick after listening')));
  server.on('connection', (sock) => {
    process.nextTick(note('srv', 'tick after connection'));
    server.close();
    process.nextTick(() => {
      sock.destroy();
      process.nextTick(note('srv', 'tick after destroy'));
    });
  });
  server.on('close', () => process.nextTick(note('srv', 'tick after close')));
  listen(server, () => connect(server).resume());
});
