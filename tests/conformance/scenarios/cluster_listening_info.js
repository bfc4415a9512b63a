// The argument of the event listening, for each form of listen().
// kinds: rr-plain none-plain fair-plain
// needs: ipv6
'use strict';

const { place } = require('../harness.cjs');
const { answering, cluster, fork, hear, roles, tell } = require('../clustering.cjs');

const PLACES = [
  { port: 0, host: '127.0.0.1' },
  { port: 0, host: '::1' },
  { port: 0, host: 'localhost' },
  { port: 0, host: '0.0.0.0' },
  { port: 0 },
  { path: place('s.sock') },
];

roles(() => {
  const worker = fork();
  let next = 0;
  hear(worker, { ready: () => tell(worker, 'listen', next++) });
  worker.on('listening', () => (next < PLACES.length ? tell(worker, 'listen', next++) : worker.disconnect()));
}, () => {
  hear(cluster.worker, { listen: (place) => answering().listen(PLACES[place]) });
  tell(cluster.worker, 'ready');
});
