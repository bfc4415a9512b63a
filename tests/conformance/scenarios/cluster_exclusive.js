// exclusive: each worker has a port of its own, and the cluster does not hear of it; the same port fails in the second.
// kinds: rr-tcp none-tcp fair-tcp
'use strict';

const { answering, cluster, fork, hear, me, roles, tell } = require('../clustering.cjs');
const { record, trace } = require('../harness.cjs');

roles(() => {
  const first = fork({ PORT: '0' });
  hear(first, {
    port: (port) => {
      const second = fork({ PORT: String(port) });
      hear(second, {
        failed: () => tell(second, 'again'),
        port: (other) => {
          trace('P', 'the same', port === other);
          tell(first, 'end');
          tell(second, 'end');
        },
      });
    },
  });
}, () => {
  const server = answering();
  record(server, `${me}/srv`, 'listening error close');
  const listen = (port) => {
    server.listen({ port, host: '127.0.0.1', exclusive: true });
    trace(me, 'after listen', server.listening);
  };
  server.on('listening', () => tell(cluster.worker, 'port', server.address().port));
  server.on('error', () => tell(cluster.worker, 'failed'));
  hear(cluster.worker, {
    again: () => listen(0),
    end: () => server.close(() => cluster.worker.disconnect()),
  });
  listen(Number(process.env.PORT));
});
