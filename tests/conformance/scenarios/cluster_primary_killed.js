// The primary is killed: what its worker sees, and how it ends.
// kinds: rr-tcp fair-tcp
'use strict';

const { spawn } = require('node:child_process');
const { answering, cluster, fork, hear, me, roles, tell } = require('../clustering.cjs');
const { listen, record, trace } = require('../harness.cjs');

function launch() {
  // A primary in a process of its own; the worker has the pipe, too, so the pipe ends with it.
  const options = { env: { ...process.env, INNER: '1' }, stdio: ['ignore', 'pipe', 'inherit'] };
  const inner = spawn(process.execPath, process.argv.slice(1), options);
  let text = '';
  inner.stdout.on('data', (chunk) => { text += chunk; });
  inner.on('close', (code, signal) => {
    trace('P', 'ended', code, signal);
    trace('P', 'its worker', text.trim().split('\n'));
  });
}

roles(() => {
  if (process.env.INNER === undefined)
    return launch();
  const worker = fork();
  hear(worker, { ready: () => process.kill(process.pid, 'SIGKILL') });
}, () => {
  const server = answering();
  record(server, `${me}/srv`, 'listening close');
  record(cluster.worker, `${me}/worker`, 'disconnect');
  server.on('listening', () => tell(cluster.worker, 'ready'));
  listen(server);
});
