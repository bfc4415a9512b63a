// The last server of a place closes: clients are refused, a path is gone; a worker may listen there again.
// kinds: rr-tcp rr-unix none-tcp none-unix fair-tcp
'use strict';

const fs = require('node:fs');
const { answering, cluster, fork, hear, me, probe, roles, target, tell } = require('../clustering.cjs');
const { listen, record, trace } = require('../harness.cjs');

roles(() => {
  const worker = fork();
  let place = null;
  worker.on('listening', (address) => {
    const first = place === null;
    place = target(address);
    probe(place, () => tell(worker, first ? 'close' : 'end'));
  });
  hear(worker, {
    closed: () => {
      trace('P', 'path', fs.existsSync('s.sock'));
      probe(place, () => tell(worker, 'again', place));
    },
  });
}, () => {
  const server = answering();
  record(server, `${me}/srv`, 'listening error close');
  hear(cluster.worker, {
    close: () => server.close(() => tell(cluster.worker, 'closed')),
    again: (place) => server.listen(place),
    end: () => cluster.worker.disconnect(),
  });
  listen(server);
});
