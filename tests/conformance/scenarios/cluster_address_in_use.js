// A place that a server of the primary has: an error in each worker.
// kinds: rr-tcp rr-unix none-tcp none-unix fair-tcp
'use strict';

const { answering, cluster, fork, hear, me, roles, tell } = require('../clustering.cjs');
const { listen, record, trace, where } = require('../harness.cjs');

roles(() => {
  const server = answering();
  let failed = 0;
  const one = () => {
    if (++failed < 2)
      return;
    server.close();
    cluster.disconnect();
  };
  listen(server, () => {
    const place = JSON.stringify(where(server));
    for (const worker of [fork({ PLACE: place }), fork({ PLACE: place })])
      hear(worker, { failed: one });
  });
}, () => {
  const server = answering();
  const place = JSON.parse(process.env.PLACE);
  record(server, `${me}/srv`, 'listening error close');
  server.on('error', (err) => {
    const itsPort = place.port === undefined || err.port === place.port;
    trace(me, 'after', server.listening, server.address(), 'its port', itsPort);
    tell(cluster.worker, 'failed');
  });
  server.listen(place);
});
