// A connection that nobody reads keeps close() waiting, also when the peer is gone.
// kinds: tcp unix
'use strict';

const { answer, connect, listen, net, record, run, settle, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer({ pauseOnConnect: true }, (sock) => {
    server.close(answer('srv', 'callback'));
    record(sock, 'S', 'data end close');
    settle(() => {
      server.getConnections((err, count) => {
        trace('srv', 'connections', count);
        sock.resume();
      });
    });
  });
  record(server, 'srv', 'close');
  listen(server, () => connect(server, {}).end('hello').resume());
});
