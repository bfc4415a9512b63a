// What a worker sends in its listener of listening arrives before that event of the cluster.
// kinds: rr-tcp rr-unix none-tcp fair-tcp
'use strict';

const { answering, cluster, fork, hear, me, roles, tell } = require('../clustering.cjs');
const { listen, record, trace } = require('../harness.cjs');

roles(() => {
  const worker = fork();
  hear(worker, {
    first: () => trace('P W1', 'first'),
    second: () => {
      trace('P W1', 'second');
      worker.disconnect();
    },
  });
}, () => {
  const server = answering();
  record(server, `${me}/srv`, 'listening');
  server.on('listening', () => {
    tell(cluster.worker, 'first');
    setImmediate(tell, cluster.worker, 'second');
  });
  listen(server);
});
