// Connections come in the order in which the clients connected, each counted before its listener runs.
// kinds: tcp unix
'use strict';

const { connect, listen, net, note, record, run, trace } = require('../harness.cjs');

run(() => {
  const left = [1, 2, 3, 4, 5];
  const socks = [];
  const server = net.createServer((sock) => {
    socks.push(sock);
    sock.once('data', (data) => {
      trace('srv', 'from', data);
      if (left.length > 0)
        return next();
      socks.forEach((each) => each.destroy());
      return server.close();
    });
    server.getConnections(note('srv', 'connections'));
  });
  const next = () => connect(server).resume().write(`${left.shift()}`);
  record(server, 'srv', 'close');
  listen(server, next);
});
