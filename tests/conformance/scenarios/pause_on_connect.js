// pauseOnConnect: nothing is read, a 'data' listener does not start it, resume() does.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, settle, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer({ pauseOnConnect: true }, (sock) => {
    trace('S', 'paused', sock.isPaused());
    record(sock, 'S', 'data end close');
    server.close();
    settle(() => {
      trace('S', 'settled', sock.isPaused(), sock.bytesRead);
      sock.resume();
      trace('S', 'resumed', sock.isPaused());
    });
  });
  listen(server, () => connect(server).end('first words'));
});
