// cluster.disconnect(callback) disconnects all workers; without workers the callback comes later, too.
// kinds: rr-tcp none-tcp fair-tcp rr-unix
'use strict';

const { afterListening, answering, cluster, fork, me, roles } = require('../clustering.cjs');
const { listen, note, record, trace } = require('../harness.cjs');

roles(() => {
  const workers = [fork(), fork()];
  let exited = 0;
  cluster.on('exit', () => {
    if (++exited < 2)
      return;
    cluster.disconnect(note('P', 'called without workers'));
    trace('P', 'disconnect() of none');
  });
  afterListening(2, () => {
    cluster.disconnect(note('P', 'called'));
    trace('P', 'disconnect()', workers.map((worker) => worker.exitedAfterDisconnect));
  });
}, () => {
  const server = answering();
  record(server, `${me}/srv`, 'listening close');
  record(cluster.worker, `${me}/worker`, 'disconnect');
  listen(server);
});
