// getConnections() counts the open accepted sockets and answers on a later tick.
// kinds: tcp unix
'use strict';

const { connect, listen, net, note, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    server.getConnections(note('srv', 'one open'));
    trace('srv', 'asked');
    sock.on('close', () => server.getConnections(note('srv', 'after its close')));
    sock.destroy();
    server.getConnections(note('srv', 'destroyed'));
    server.close();
  });
  listen(server, () => {
    server.getConnections(note('srv', 'none'));
    connect(server).resume();
  });
});
