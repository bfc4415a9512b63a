// A destroyed connection makes room at once, one that is only ended does not.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    trace('srv', 'connection');
    sock.end();
    if (first) {
      first = false;
      server.once('drop', () => {
        trace('srv', 'drop');
        sock.destroy();
        connect(server).resume();
      });
      return connect(server, { allowHalfOpen: true }).resume();
    }
    sock.destroy();
    return server.close();
  });
  let first = true;
  server.maxConnections = 1;
  record(server, 'srv', 'close');
  listen(server, () => connect(server, { allowHalfOpen: true }).resume().on('end', function ended() {
    this.end();
  }));
});
