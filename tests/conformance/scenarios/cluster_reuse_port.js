// reusePort: the servers of two workers listen on one port, and the cluster does not hear of it.
// kinds: rr-tcp none-tcp fair-tcp
// only: linux
'use strict';

const { answering, cluster, fork, hear, me, probe, roles, tell } = require('../clustering.cjs');
const { record, trace } = require('../harness.cjs');

roles(() => {
  const first = fork({ PORT: '0' });
  hear(first, {
    port: (port) => {
      const second = fork({ PORT: String(port) });
      hear(second, {
        port: (other) => {
          trace('P', 'the same', port === other);
          probe({ port, host: '127.0.0.1' }, () => {
            tell(first, 'end');
            tell(second, 'end');
          });
        },
      });
    },
  });
}, () => {
  const server = answering();
  record(server, `${me}/srv`, 'listening error close');
  hear(cluster.worker, { end: () => server.close(() => cluster.worker.disconnect()) });
  server.on('listening', () => tell(cluster.worker, 'port', server.address().port));
  server.listen({ port: Number(process.env.PORT), host: '127.0.0.1', reusePort: true });
});
