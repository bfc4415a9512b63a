// The ids of workers: no worker gets one again.
// kinds: rr-plain
'use strict';

const { cluster, fork, roles } = require('../clustering.cjs');
const { trace } = require('../harness.cjs');

roles(() => {
  const members = () => Object.keys(cluster.workers).map(Number);
  trace('P', 'before', members());
  const first = fork();
  first.disconnect();
  first.on('exit', () => {
    trace('P', 'after the exit', members());
    const second = fork();
    trace('P', 'after fork', second.id, members());
    second.disconnect();
  });
}, () => {});
