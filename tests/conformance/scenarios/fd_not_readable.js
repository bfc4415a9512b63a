// A descriptor that is not to be read.
// kinds: tcp unix
'use strict';

const { descriptor } = require('../connecting.cjs');
const { listen, net, record, run, state, trace, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    record(sock, 'S', 'data end close');
    server.close();
  });
  listen(server, () => descriptor(where(server), (fd) => {
    const sock = new net.Socket({ fd, readable: false });
    trace('C', 'made', state(sock), sock.readable, sock.readableEnded, sock.writable, sock.writableEnded);
    record(sock, 'C', 'data end prefinish finish close');
    trace('C', 'write', sock.write('some '));
    sock.end('more');
    trace('C', 'after end', state(sock));
  }));
});
