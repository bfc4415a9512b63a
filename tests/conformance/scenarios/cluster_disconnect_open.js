// worker.disconnect() while a connection is open: the server listens no more, the worker stays until the end of it.
// kinds: rr-tcp rr-unix none-tcp none-unix fair-tcp
'use strict';

const { attributes, cluster, fork, hear, me, probe, roles, target, tell } = require('../clustering.cjs');
const { listen, net, record, trace } = require('../harness.cjs');

roles(() => {
  const worker = fork({}, attributes);
  let where, client;
  worker.on('listening', (address) => {
    where = target(address);
    client = net.connect(where).resume();
    record(client, 'P', 'end close');
  });
  hear(worker, {
    connection: () => {
      worker.disconnect();
      tell(worker, 'ask');
    },
    answer: (listening) => {
      trace('P W1', 'it listens', listening, ...attributes(worker));
      probe(where, () => client.end());
    },
  });
}, () => {
  const server = net.createServer((sock) => {
    record(sock.resume(), `${me} S`, 'end close');
    tell(cluster.worker, 'connection');
  });
  record(server, `${me}/srv`, 'close');
  record(cluster.worker, `${me}/worker`, 'disconnect');
  hear(cluster.worker, { ask: () => tell(cluster.worker, 'answer', server.listening) });
  listen(server);
});
