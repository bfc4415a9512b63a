// close() waits for the last of two connections; the server's close comes before that of the socket.
// kinds: tcp unix
'use strict';

const { answer, connect, listen, net, note, run, settle, trace } = require('../harness.cjs');

run(() => {
  const socks = [];
  const server = net.createServer((sock) => {
    sock.on('close', () => trace('main/S', 'close', socks.indexOf(sock)));
    socks.push(sock);
    if (socks.length < 2)
      return connect(server).resume();
    server.close(answer('main', 'close callback'));
    server.getConnections(note('main', 'connections'));
    settle(() => {
      socks[0].destroy();
      settle(() => {
        server.getConnections(note('main', 'connections'));
        settle(() => socks[1].destroy());
      });
    });
    return undefined;
  });
  server.on('close', () => trace('main/srv', 'close'));
  listen(server, () => connect(server).resume());
});
