// ref() after unref() keeps the loop again.
// kinds: tcp unix
'use strict';

const { connect, listen, net, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    trace('srv', 'connection');
    sock.end();
    server.close();
  });
  server.unref();
  listen(server, () => {
    server.ref();
    const timer = setTimeout(() => connect(server).resume(), 40);
    timer.unref();
  });
});
