// pauseOnConnect: nothing is read before resume(), and everything after it.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, settle, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer({ pauseOnConnect: true }, (sock) => {
    record(sock, 'S', 'data end close');
    trace('S', 'state', sock.isPaused(), sock.readableFlowing);
    settle(() => {
      trace('S', 'before', sock.bytesRead);
      sock.resume();
      server.close();
    });
  });
  listen(server, () => connect(server).end('hello').resume());
});
