// Messages in both directions: their order, and that the primary hears first on the cluster, then on the worker.
// kinds: rr-plain
'use strict';

const { cluster, fork, me, roles } = require('../clustering.cjs');
const { trace } = require('../harness.cjs');

const VALUES = [1, 'text', true, null, [1, [2]], { key: { inner: [] } }, 'x'.repeat(200000)];

function seen(value) {
  return JSON.stringify(value).length > 100 ? `${JSON.stringify(value).length} characters` : JSON.stringify(value);
}

roles(() => {
  const worker = fork();
  cluster.on('message', (from, message, handle) => {
    trace('P W1/cluster', 'message', from === worker, seen(message), handle);
  });
  worker.on('message', (message, handle) => {
    trace('P W1/worker', 'message', seen(message), handle);
    if (message === 'done')
      worker.disconnect();
  });
  for (const value of VALUES)
    worker.send(value);
}, () => {
  let left = VALUES.length;
  cluster.worker.on('message', (message, handle) => {
    trace(me, 'message', seen(message), handle);
    cluster.worker.send(message);
    if (--left === 0)
      cluster.worker.send('done');
  });
});
