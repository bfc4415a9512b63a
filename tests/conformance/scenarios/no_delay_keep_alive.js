// setNoDelay() and setKeepAlive() return the socket, connected, connecting or fresh.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 1000 }, (sock) => {
    trace('S', 'chains', sock.setNoDelay(false) === sock, sock.setKeepAlive(false) === sock);
    sock.end();
    sock.resume();
    server.close();
  });
  listen(server, () => {
    const client = connect(server, { noDelay: true, keepAlive: true, keepAliveInitialDelay: 2000 });
    trace('C', 'chains', client.setNoDelay() === client, client.setKeepAlive(true, 1000) === client);
    record(client, 'C', 'connect error end close');
    client.resume();
  });
});
