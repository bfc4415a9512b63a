// close() waits for the connections: the server's 'close' and callback come before the last socket's 'close'.
// kinds: tcp unix
'use strict';

const { answer, connect, listen, net, record, run, settle, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    record(sock, 'main/S', 'close');
    server.close(answer('main/srv', 'callback'));
    server.getConnections((err, count) => {
      trace('main/srv', 'connections', err, count);
      settle(() => {
        trace('main', 'destroy');
        sock.destroy();
      });
    });
  });
  record(server, 'main/srv', 'close');
  listen(server, () => connect(server).resume());
});
