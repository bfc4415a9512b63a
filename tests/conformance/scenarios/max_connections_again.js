// A place that becomes free is given to the next connection.
// kinds: tcp unix
'use strict';

const { connect, listen, net, run, trace } = require('../harness.cjs');

run(() => {
  let served = 0;
  const server = net.createServer((sock) => {
    served += 1;
    trace('srv', 'connected', served);
    sock.on('close', () => (served === 2 ? server.close() : connect(server).resume()));
    sock.end();
    sock.resume();
  });
  server.maxConnections = 1;
  server.on('drop', () => trace('srv', 'drop'));
  listen(server, () => connect(server).resume());
});
