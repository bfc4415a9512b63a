// A number alone is a descriptor.
// kinds: tcp unix
'use strict';

const { descriptor } = require('../connecting.cjs');
const { listen, net, record, run, state, trace, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    sock.end('hello').resume();
    server.close();
  });
  listen(server, () => descriptor(where(server), (fd) => {
    const sock = new net.Socket(fd);
    trace('C', 'made', state(sock));
    record(sock, 'C', 'connect data end finish close');
  }));
});
