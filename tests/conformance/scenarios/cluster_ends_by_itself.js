// Workers that end without a disconnect: by an exit status, or by an exception in a listener.
// kinds: rr-tcp none-tcp fair-tcp
'use strict';

const { answering, cluster, forkDying, hear, leave, me, roles, tell } = require('../clustering.cjs');
const { listen, record, trace } = require('../harness.cjs');

roles(() => {
  for (const how of ['exit', 'raise']) {
    const worker = forkDying();
    worker.on('listening', () => tell(worker, how));
  }
}, () => {
  const server = answering();
  record(server, `${me}/srv`, 'listening close');
  record(cluster.worker, `${me}/worker`, 'disconnect');
  hear(cluster.worker, {
    exit: () => {
      trace(me, 'ends', cluster.worker.isConnected());
      leave(3);
    },
    raise: () => {
      throw new Error('on purpose');
    },
  });
  listen(server);
});
