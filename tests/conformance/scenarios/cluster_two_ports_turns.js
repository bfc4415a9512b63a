// A worker with two servers gets connections of both at the same time: each is served.
// kinds: rr-tcp
'use strict';

const { afterListening, cluster, fork, hear, roles, tell } = require('../clustering.cjs');
const { net, trace } = require('../harness.cjs');

const EACH = 8;

roles(() => {
  const worker = fork();
  const clients = [];
  const served = { first: 0, second: 0 };
  hear(worker, {
    served: (name) => {
      served[name]++;
      if (served.first + served.second < 2 * EACH)
        return;
      trace('P', 'served', served);
      clients.forEach((client) => client.destroy());
      worker.disconnect();
    },
  });
  afterListening(2, (places) => {
    for (let i = 0; i < EACH; i++)
      for (const place of places)
        clients.push(net.connect(place));
  });
}, () => {
  for (const name of ['first', 'second']) {
    net.createServer((sock) => {
      sock.on('error', () => {}).resume();
      tell(cluster.worker, 'served', name);
    }).listen(0, '127.0.0.1');
  }
});
