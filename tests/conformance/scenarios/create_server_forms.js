// The connection listener given to createServer(), with options or alone, comes before those added later.
// kinds: tcp unix
'use strict';

const { connect, listen, net, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer({ allowHalfOpen: true }, (sock) => {
    trace('srv', 'listener', sock.allowHalfOpen);
  });
  server.on('connection', (sock) => {
    trace('srv', 'second listener');
    sock.destroy();
    server.close();
  });
  listen(server, () => connect(server).resume());
});
