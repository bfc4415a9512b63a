// A socket knows its server, also when both are closed; a client has none.
// kinds: tcp unix
'use strict';

const { connect, listen, net, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    trace('S', 'server', sock.server === server);
    sock.on('close', () => trace('S', 'after close', sock.server === server));
    server.on('close', () => trace('S', 'after the close of the server', sock.server === server));
    sock.destroy();
    trace('S', 'destroyed', sock.server === server);
    server.close();
  });
  listen(server, () => {
    const client = connect(server);
    trace('C', 'server', client.server);
    client.resume().on('connect', () => trace('C', 'connected', client.server));
  });
  trace('main', 'fresh', new net.Socket().server);
});
