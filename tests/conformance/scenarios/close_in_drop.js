// close() of the server in its 'drop' listener.
// kinds: tcp unix
'use strict';

const { answer, connect, listen, net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    connect(server).on('error', () => {}).resume();
    server.on('drop', () => {
      server.close(answer('srv', 'callback'));
      trace('srv', 'drop', server.listening);
      sock.destroy();
    });
  });
  server.maxConnections = 1;
  record(server, 'srv', 'close');
  listen(server, () => connect(server).resume());
});
