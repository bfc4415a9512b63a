// A connection that the primary has accepted goes to a worker, with the data that came early; the server counts it.
// kinds: rr-tcp rr-unix
'use strict';

const { cluster, fork, hear, me, roles } = require('../clustering.cjs');
const { answer, connect, listen, net, record, settle, trace } = require('../harness.cjs');

roles(() => {
  const worker = fork();
  const server = net.createServer({ pauseOnConnect: true });
  let client;
  record(server, 'P/srv', 'close');
  server.on('connection', (sock) => {
    settle(() => {
      trace('P', 'sent', worker.send(['socket'], sock));
    });
  });
  hear(worker, {
    taken: () => server.getConnections((err, count) => {
      trace('P', 'connections', err, count);
      server.close(answer('P', 'server.close()'));
      trace('P', 'listening', server.listening);
      client.end();
    }),
    closed: () => worker.disconnect(),
  });
  cluster.on('online', () => listen(server, () => {
    client = connect(server, {});
    record(client, 'C', 'data end close error');
    client.write('early');
  }));
}, () => {
  cluster.worker.on('message', (message, sock) => {
    trace(me, 'got', message, sock, 'paused', sock.isPaused(), 'read', sock.bytesRead, sock.server, sock.readyState);
    record(sock, `${me}/S`, 'data end close error');
    sock.once('data', () => sock.write('answer', () => cluster.worker.send(['taken'])));
    sock.on('close', () => cluster.worker.send(['closed']));
  });
});
