// A worker listens again, with another server, on a port that was taken and is free now.
// kinds: rr-tcp
'use strict';

const { answering, cluster, fork, hear, me, probe, roles, target, tell } = require('../clustering.cjs');
const { listen, record, where } = require('../harness.cjs');

roles(() => {
  const server = answering();
  listen(server, () => {
    const worker = fork({ PLACE: JSON.stringify(where(server)) });
    hear(worker, { failed: () => server.close(() => tell(worker, 'again')) });
    worker.on('listening', (address) => probe(target(address), () => worker.disconnect()));
  });
}, () => {
  const begin = () => {
    const server = answering();
    record(server, `${me}/srv`, 'listening error close');
    server.on('error', () => tell(cluster.worker, 'failed'));
    server.listen(JSON.parse(process.env.PLACE));
  };
  hear(cluster.worker, { again: begin });
  begin();
});
