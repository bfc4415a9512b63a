// noDelay, keepAlive and its delay, on the accepted socket as the system has them.
// kinds: tcp
// only: linux
'use strict';

const { options } = require('../descriptors.cjs');
const { connect, listen, net, run, trace } = require('../harness.cjs');

run(() => {
  const rows = [
    ['nothing', {}],
    ['noDelay', { noDelay: true }],
    ['keepAlive', { keepAlive: true }],
    ['keepAlive, delay', { keepAlive: true, keepAliveInitialDelay: 5000 }],
    ['keepAlive, delay below a second', { keepAlive: true, keepAliveInitialDelay: 999 }],
    ['keepAlive, delay cut to seconds', { keepAlive: true, keepAliveInitialDelay: 2999 }],
    ['keepAlive, delay below 0', { keepAlive: true, keepAliveInitialDelay: -5000 }],
    ['delay alone', { keepAliveInitialDelay: 5000 }],
    ['all', { noDelay: true, keepAlive: true, keepAliveInitialDelay: 1000 }],
    ['all off', { noDelay: false, keepAlive: false, keepAliveInitialDelay: 1000 }],
  ];
  for (const [label, row] of rows) {
    const server = net.createServer(row, (sock) => {
      trace(label, 'accepted', options(sock));
      sock.destroy();
      server.close();
    });
    listen(server, () => connect(server).resume());
  }
});
