// A descriptor with `allowHalfOpen`: the peer's end is not answered.
// kinds: tcp unix
'use strict';

const { descriptor } = require('../connecting.cjs');
const { listen, net, record, run, state, trace, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    record(sock, 'S', 'data end close');
    sock.end('hello');
    server.close();
  });
  listen(server, () => descriptor(where(server), (fd) => {
    const sock = new net.Socket({ fd, allowHalfOpen: true });
    record(sock, 'C', 'data end prefinish finish close');
    sock.on('end', () => {
      trace('C', 'state', state(sock));
      setImmediate(() => sock.end('bye'));
    });
  }));
});
