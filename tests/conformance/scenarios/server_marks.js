// highWaterMark of a server is the mark of both sides of its sockets.
// kinds: tcp unix
'use strict';

const { connect, listen, net, run, trace } = require('../harness.cjs');

run(() => {
  const rows = [
    ['nothing', {}],
    ['1000', { highWaterMark: 1000 }],
    ['zero', { highWaterMark: 0 }],
    ['another', { readableHighWaterMark: 5, writableHighWaterMark: 6 }],
  ];
  for (const [label, row] of rows) {
    const server = net.createServer(row, (sock) => {
      trace(label, 'marks', sock.readableHighWaterMark, sock.writableHighWaterMark);
      sock.destroy();
      server.close();
    });
    listen(server, () => connect(server).resume(), `${label}.sock`);
  }
});
