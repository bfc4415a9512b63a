// What an accepted socket is when 'connection' is emitted; it never emits 'connect' or 'ready'.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, state, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    record(sock, 'S', 'connect ready end close');
    trace('S', 'state', state(sock), sock.bytesRead, sock.bytesWritten);
    sock.resume();
    server.close();
  });
  listen(server, () => connect(server).end());
});
