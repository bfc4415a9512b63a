// A worker is killed: its clients see the end of their connections.
// kinds: rr-tcp rr-unix none-tcp none-unix fair-tcp
'use strict';

const { cluster, forkDying, hear, roles, target, tell } = require('../clustering.cjs');
const { listen, net, record } = require('../harness.cjs');

roles(() => {
  const worker = forkDying();
  worker.on('listening', (address) => record(net.connect(target(address)), 'C', 'connect data end close error'));
  hear(worker, { connection: () => worker.kill('SIGKILL') });
}, () => {
  listen(net.createServer((sock) => sock.write('served', () => tell(cluster.worker, 'connection'))));
});
