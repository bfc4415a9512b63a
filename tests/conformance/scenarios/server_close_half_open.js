// A half-open connection still counts: close comes when it is through.
// kinds: tcp unix
'use strict';

const { answer, connect, listen, net, record, run, settle, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer({ allowHalfOpen: true }, (sock) => {
    record(sock, 'S', 'end close');
    sock.resume();
    server.close(answer('srv', 'callback'));
    sock.on('end', () => {
      server.getConnections((err, count) => {
        trace('srv', 'connections', count);
        settle(() => sock.end('bye'));
      });
    });
  });
  record(server, 'srv', 'close');
  listen(server, () => record(connect(server).end('hello'), 'C', 'data end close'));
});
