// A socket made of a connected descriptor: it is connected from the start.
// kinds: tcp unix
'use strict';

const { descriptor } = require('../connecting.cjs');
const { answer, listen, net, record, run, state, trace, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer({ allowHalfOpen: true }, (sock) => {
    record(sock, 'S', 'data end close');
    sock.on('end', () => sock.end('answer'));
    server.close();
  });
  listen(server, () => descriptor(where(server), (fd) => {
    const sock = new net.Socket({ fd });
    trace('C', 'made', state(sock), sock.remoteAddress, sock.localFamily, sock.bytesRead, sock.readable, sock.writable);
    record(sock, 'C', 'connect ready data end prefinish finish close');
    sock.end('question', answer('C', 'ended'));
    trace('C', 'after end', state(sock), sock.bytesWritten);
  }));
});
