// A relative path is one of the worker: its folder counts, not that of the primary.
// kinds: rr-unix none-unix fair-unix
'use strict';

const fs = require('node:fs');
const { answering, cluster, fork, me, probe, roles } = require('../clustering.cjs');
const { listen, trace } = require('../harness.cjs');

roles(() => {
  const worker = fork();
  cluster.on('listening', () => {
    trace('P', 'path', fs.existsSync('s.sock'), fs.existsSync('inner/s.sock'));
    probe({ path: 'inner/s.sock' }, () => worker.disconnect());
  });
}, () => {
  fs.mkdirSync('inner');
  process.chdir('inner');
  const server = answering();
  listen(server, () => trace(me, 'listening'));
});
