// disconnect() of a worker with two servers, and one that does not listen: each that listens closes.
// kinds: rr-tcp none-tcp fair-tcp
'use strict';

const { answering, cluster, fork, me, roles } = require('../clustering.cjs');
const { place, record } = require('../harness.cjs');

roles(() => {
  const worker = fork();
  let listening = 0;
  worker.on('listening', () => {
    if (++listening === 2)
      worker.disconnect();
  });
}, () => {
  const [first, second, idle] = [answering(), answering(), answering()];
  record(first, `${me}/first`, 'listening close');
  record(second, `${me}/second`, 'listening close');
  record(idle, `${me}/idle`, 'listening close error');
  record(cluster.worker, `${me}/worker`, 'disconnect');
  first.listen(0, '127.0.0.1', () => second.listen(place('s.sock')));
});
