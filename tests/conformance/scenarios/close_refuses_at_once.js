// After close() new connections are refused, although an old one is still open.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    const target = where(server);
    server.close();
    const late = net.connect(target);
    record(late, 'late', 'connect error close');
    late.on('close', () => sock.destroy());
  });
  record(server, 'srv', 'close');
  listen(server, () => connect(server).resume());
});
