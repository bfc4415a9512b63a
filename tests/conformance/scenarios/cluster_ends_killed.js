// Workers that a signal ends: their own SIGKILL, kill() and kill(signal) of the worker, and of its process.
// kinds: rr-plain
'use strict';

const { cluster, forkDying, hear, roles, tell } = require('../clustering.cjs');

const HOW = {
  own: (worker) => tell(worker, 'kill yourself'),
  kill: (worker) => worker.kill(),
  interrupt: (worker) => worker.kill('SIGINT'),
  destroy: (worker) => worker.destroy('SIGKILL'),
  process: (worker) => worker.process.kill(),
};

roles(() => {
  for (const kill of Object.values(HOW)) {
    const worker = forkDying();
    hear(worker, { ready: () => kill(worker) });
  }
}, () => {
  hear(cluster.worker, { 'kill yourself': () => process.kill(process.pid, 'SIGKILL') });
  tell(cluster.worker, 'ready');
});
