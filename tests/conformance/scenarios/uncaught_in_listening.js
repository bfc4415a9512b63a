// An exception in the listen() callback: uncaught, and the server listens.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    sock.end();
    server.close();
  });
  record(server, 'main/srv', 'error close');
  listen(server, () => {
    setImmediate(() => {
      trace('main', 'listening', server.listening);
      connect(server).resume();
    });
    throw new Error('in listening');
  });
});
