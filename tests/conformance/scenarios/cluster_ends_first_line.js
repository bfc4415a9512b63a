// A worker whose script raises in its first line.
// kinds: rr-plain
'use strict';

const { cluster, me, roles } = require('../clustering.cjs');
const { trace } = require('../harness.cjs');

if (cluster.isWorker)
  throw new Error('on purpose');

roles(() => {
  cluster.fork().on('exit', (code, signal) => trace(me, 'exit', code, signal));
}, () => {});
