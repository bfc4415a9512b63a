// A worker that does nothing stays: the channel keeps it until the disconnect.
// kinds: rr-plain
'use strict';

const { attributes, cluster, fork, hear, me, roles, tell } = require('../clustering.cjs');
const { record } = require('../harness.cjs');

roles(() => {
  const idle = fork({ ROLE: 'idle' }, attributes);
  const other = fork();
  other.on('exit', () => tell(idle, 'are you there'));
  hear(idle, { yes: () => idle.disconnect() });
}, () => {
  record(cluster.worker, `${me}/worker`, 'message disconnect');
  if (process.env.ROLE === 'idle')
    hear(cluster.worker, { 'are you there': () => tell(cluster.worker, 'yes') });
  else
    cluster.worker.disconnect();
});
