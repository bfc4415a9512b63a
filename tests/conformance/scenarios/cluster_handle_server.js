// A listening server goes to a worker: both listen on one place; the primary closes its own, the worker goes on.
// kinds: rr-tcp
'use strict';

const { answering, cluster, fork, hear, me, probe, roles, tell } = require('../clustering.cjs');
const { answer, listen, net, trace, where } = require('../harness.cjs');

roles(() => {
  const worker = fork();
  const server = answering();
  let place;
  hear(worker, {
    taken: () => {
      trace('P', 'after', server.listening);
      place = where(server);
      server.close(answer('P', 'close'));
      probe(place, () => tell(worker, 'end'));
    },
  });
  listen(server, () => worker.send(['server'], server));
}, () => {
  let server;
  hear(cluster.worker, {
    server: (handle) => {
      server = handle;
      server.on('connection', (sock) => sock.end('from the worker'));
      trace(me, 'got', server instanceof net.Server, server.listening, server.address());
      tell(cluster.worker, 'taken');
    },
    end: () => {
      server.close(answer(me, 'close'));
      cluster.worker.disconnect();
    },
  });
});
