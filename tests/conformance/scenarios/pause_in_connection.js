// pause() in the 'connection' listener holds everything back until resume().
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, settle, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    sock.pause();
    record(sock, 'S', 'data end close');
    server.close();
    settle(() => {
      trace('S', 'settled', sock.isPaused());
      sock.resume();
    });
  });
  listen(server, () => connect(server).end('patience'));
});
