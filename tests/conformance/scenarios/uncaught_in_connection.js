// An exception in a 'connection' listener: uncaught; the socket stays open and counted, the server goes on.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, state, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    sock.on('error', () => {});
    process.nextTick(() => {
      server.getConnections((err, count) => {
        trace('main', 'connections', count, state(sock));
        sock.destroy();
        server.close();
      });
    });
    throw new Error('in connection');
  });
  record(server, 'main/srv', 'error close');
  listen(server, () => connect(server).on('error', () => {}).resume());
});
