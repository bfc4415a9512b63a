// The server ends first, with data: the events of each side.
// kinds: tcp unix
'use strict';

const { answer, connect, listen, net, record, run } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    record(sock, 'S', 'data end prefinish finish error close');
    sock.end('x', answer('S', 'end callback'));
    server.close();
  });
  listen(server, () => record(connect(server), 'C', 'connect ready data end prefinish finish error close'));
});
