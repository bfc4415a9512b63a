// A full worker with dropMaxConnection: the next connection is closed, with the event drop.
// kinds: rr-tcp none-tcp fair-tcp
'use strict';

const { cluster, fork, hear, me, probe, roles, target, tell } = require('../clustering.cjs');
const { listen, net, record, trace } = require('../harness.cjs');

roles(() => {
  const worker = fork();
  worker.on('listening', (address) => {
    const client = net.connect(target(address)).resume();
    record(client, 'C', 'connect end close error');
    hear(worker, {
      full: () => probe(target(address), () => client.end()),
      left: () => worker.disconnect(),
    });
  });
}, () => {
  const server = net.createServer((sock) => {
    trace(me, 'connection');
    sock.resume().on('close', () => tell(cluster.worker, 'left'));
    tell(cluster.worker, 'full');
  });
  server.maxConnections = 1;
  server.dropMaxConnection = true;
  server.on('drop', (data) => trace(me, 'drop', data));
  listen(server);
});
