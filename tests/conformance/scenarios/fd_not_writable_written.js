// write() and end() on a descriptor that is not to be written.
// kinds: tcp unix
'use strict';

const { descriptor } = require('../connecting.cjs');
const { answer, listen, net, record, run, trace, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    sock.on('error', () => {}).resume();
    server.close();
  });
  listen(server, () => descriptor(where(server), (fd) => {
    const sock = new net.Socket({ fd, writable: false });
    record(sock, 'C', 'prefinish finish error close');
    trace('C', 'write', sock.write('x', answer('C', 'written')));
  }));
});
