// maxConnections is looked at when a connection comes: lowered, raised and taken away while the server runs.
// kinds: tcp unix
'use strict';

const { connect, listen, net, note, run, settle, trace } = require('../harness.cjs');

run(() => {
  const socks = [];
  const server = net.createServer((sock) => {
    trace('srv', 'connection', socks.push(sock));
    settle(next);
  });
  server.on('drop', () => {
    trace('srv', 'drop', server.maxConnections);
    settle(next);
  });
  const steps = [1, 1, 2, 1, 3, null, 0, undefined];
  const next = () => {
    if (steps.length === 0) {
      for (const sock of socks)
        sock.destroy();
      return server.close(note('srv', 'closed'));
    }
    server.maxConnections = steps.shift();
    return connect(server).resume();
  };
  listen(server, next);
});
