// destroy() in the 'connection' listener: the client sees a connection that ends.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, state, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    record(sock, 'S', 'end finish error close');
    sock.destroy();
    trace('S', 'state', state(sock));
    server.close();
  });
  listen(server, () => {
    const client = connect(server);
    record(client, 'C', 'connect ready end finish error close');
    client.resume();
  });
});
