// The primary hands connections to two workers, one after the other: all are served, and both have some.
// kinds: rr-tcp rr-unix
'use strict';

const { afterListening, cluster, fork, hear, roles, tell } = require('../clustering.cjs');
const { listen, net, trace } = require('../harness.cjs');

roles(() => {
  const served = new Map();
  const clients = [];
  for (const worker of [fork(), fork()])
    hear(worker, {
      served: () => {
        served.set(worker.id, (served.get(worker.id) || 0) + 1);
        const all = [...served.values()].reduce((sum, count) => sum + count, 0);
        if (all < 12)
          return;
        trace('P', 'served', all, 'by', served.size);
        clients.forEach((client) => client.destroy());
        cluster.disconnect();
      },
    });
  afterListening(2, ([place]) => {
    for (let i = 0; i < 12; i++)
      clients.push(net.connect(place));
  });
}, () => {
  listen(net.createServer((sock) => {
    sock.on('error', () => {}).resume();
    tell(cluster.worker, 'served');
  }));
});
