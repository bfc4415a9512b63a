// send() after the disconnect: with a callback, and without one.
// kinds: rr-plain
'use strict';

const { cluster, fork, me, roles } = require('../clustering.cjs');
const { note, trace } = require('../harness.cjs');

function late(worker, who) {
  worker.on('error', (err) => trace(who, 'error', err));
  worker.on('disconnect', () => {
    trace(who, 'with callback', worker.send('late', note(who, 'callback')));
    trace(who, 'without', worker.send('late'));
  });
}

roles(() => {
  const worker = fork();
  late(worker, 'P');
  worker.disconnect();
}, () => late(cluster.worker, me));
