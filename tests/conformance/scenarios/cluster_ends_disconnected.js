// Workers that are disconnected, from either side, or that kill themselves.
// kinds: rr-tcp rr-unix none-tcp fair-tcp
'use strict';

const { answering, attributes, cluster, fork, me, roles } = require('../clustering.cjs');
const { listen, record, trace } = require('../harness.cjs');

roles(() => {
  const worker = fork({ HOW: 'primary' }, attributes);
  worker.on('listening', () => worker.disconnect());
  fork({ HOW: 'disconnect' }, attributes);
  fork({ HOW: 'kill' }, attributes);
}, () => {
  const server = answering();
  record(server, `${me}/srv`, 'listening close');
  record(cluster.worker, `${me}/worker`, 'disconnect');
  server.on('listening', () => {
    if (process.env.HOW === 'disconnect')
      trace(me, 'disconnect() gives the worker', cluster.worker.disconnect() === cluster.worker);
    else if (process.env.HOW === 'kill')
      cluster.worker.kill();
  });
  listen(server);
});
