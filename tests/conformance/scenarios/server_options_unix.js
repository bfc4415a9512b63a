// noDelay and keepAlive mean nothing to a unix server.
// kinds: unix
'use strict';

const { connect, listen, net, record, run, trace } = require('../harness.cjs');

run(() => {
  const row = {
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 1000,
    pauseOnConnect: true,
    allowHalfOpen: true,
  };
  const server = net.createServer(row, (sock) => {
    trace('S', 'accepted', sock.isPaused(), sock.allowHalfOpen);
    record(sock, 'S', 'error close');
    sock.destroy();
    server.close();
  });
  listen(server, () => connect(server).resume());
});
