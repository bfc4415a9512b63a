// disconnect() of a worker with an exclusive server.
// kinds: rr-tcp
'use strict';

const { answering, cluster, fork, hear, me, roles, tell } = require('../clustering.cjs');
const { record, trace } = require('../harness.cjs');

roles(() => {
  const worker = fork();
  hear(worker, { ready: () => worker.disconnect() });
}, () => {
  const server = answering();
  cluster.worker.on('disconnect', () => {
    trace(me, 'disconnect', server.listening);
    if (server.listening)
      server.close();
  });
  record(server, `${me} srv`, 'listening close');
  server.on('listening', () => tell(cluster.worker, 'ready'));
  server.listen({ port: 0, host: '127.0.0.1', exclusive: true });
});
