// send() with a callback, while the channel is open, in both directions.
// kinds: rr-plain
'use strict';

const { cluster, fork, me, roles } = require('../clustering.cjs');
const { note, trace } = require('../harness.cjs');

function both(worker, who, message) {
  trace(who, 'send() gives', worker.send(message, (...args) => {
    note(who, 'callback')(...args);
    trace(who, 'in the callback', worker.isConnected());
  }));
}

roles(() => {
  const worker = fork();
  worker.on('message', () => worker.disconnect());
  both(worker, 'P', 'to the worker');
}, () => {
  cluster.worker.on('message', () => both(cluster.worker, me, 'to the primary'));
});
