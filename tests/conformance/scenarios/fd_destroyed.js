// destroy() of a socket made of a descriptor, at once and with a signal.
// kinds: tcp unix
'use strict';

const { descriptor } = require('../connecting.cjs');
const { listen, net, record, run, state, trace, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    record(sock, 'S', 'end close');
    sock.resume();
    server.close();
  });
  listen(server, () => descriptor(where(server), (fd) => {
    const controller = new AbortController();
    const sock = new net.Socket({ fd, signal: controller.signal });
    record(sock, 'C', 'error close');
    controller.abort();
    trace('C', 'after', state(sock));
  }));
});
