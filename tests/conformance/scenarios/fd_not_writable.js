// A descriptor that is not to be written.
// kinds: tcp unix
'use strict';

const { descriptor } = require('../connecting.cjs');
const { listen, net, record, run, state, trace, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    sock.end('hello').resume();
    record(sock, 'S', 'end close');
    server.close();
  });
  listen(server, () => descriptor(where(server), (fd) => {
    const sock = new net.Socket({ fd, writable: false });
    trace('C', 'made', state(sock), sock.readable, sock.readableEnded, sock.writable, sock.writableEnded);
    record(sock, 'C', 'data end prefinish finish error close');
  }));
});
