// Beyond maxConnections: 'drop', and the client sees a connection that ends.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    trace('srv', 'connected');
    const second = connect(server);
    record(second, 'second', 'connect ready data end error close');
    second.on('close', () => {
      sock.destroy();
      server.close();
    });
  });
  server.maxConnections = 1;
  record(server, 'srv', 'drop close');
  listen(server, () => connect(server).resume());
});
