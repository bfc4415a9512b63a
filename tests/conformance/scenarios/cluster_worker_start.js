// What a worker knows when its script begins.
// kinds: rr-plain
'use strict';

const { cluster, fork, me, roles } = require('../clustering.cjs');
const { kind, policy, trace } = require('../harness.cjs');

roles(() => {
  cluster.setupPrimary({ args: [`${policy}-${kind}`, 'more'] });
  trace('P', 'roles', cluster.isPrimary, cluster.isWorker, cluster.worker);
  fork({ MINE: 'given' });
}, () => {
  const { worker } = cluster;
  trace(me, 'roles', cluster.isPrimary, cluster.isWorker, worker.id, Object.keys(cluster.workers || {}).length);
  trace(me, 'worker', worker.state, worker.isConnected(), worker.isDead());
  trace(me, 'arguments', process.argv.slice(2));
  const given = Object.keys(process.env).filter((name) => /UNIQUE_ID|CHANNEL_FD/.test(name));
  trace(me, 'environment', process.env.MINE, given);
  worker.on('online', () => trace(me, 'online'));
  worker.disconnect();
});
