// The events of a worker that listens and is disconnected, and what is known of it at each of them.
// kinds: rr-tcp rr-unix none-tcp none-unix fair-tcp
'use strict';

const { answering, attributes, cluster, fork, me, roles } = require('../clustering.cjs');
const { listen, record, trace } = require('../harness.cjs');

roles(() => {
  cluster.on('setup', () => trace('P W1/cluster', 'setup'));
  const worker = fork({}, attributes);
  trace('P W1', 'after fork', worker.id, ...attributes(worker));
  worker.on('listening', () => {
    trace('P W1', 'disconnect() gives the worker', worker.disconnect() === worker, ...attributes(worker));
  });
}, () => {
  const server = answering();
  record(server, `${me}/srv`, 'listening error close');
  record(cluster.worker, `${me}/worker`, 'disconnect');
  listen(server);
  trace(me, 'after listen', server.listening, server.address());
});
