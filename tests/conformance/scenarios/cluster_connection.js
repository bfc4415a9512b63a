// A connection that a worker serves.
// kinds: rr-tcp rr-unix none-tcp none-unix fair-tcp fair-unix
'use strict';

const { fork, me, roles, target } = require('../clustering.cjs');
const { listen, net, record, trace } = require('../harness.cjs');

roles(() => {
  const worker = fork();
  worker.on('listening', (address) => {
    const client = net.connect(target(address));
    record(client, 'C', 'connect ready data end finish close error');
    client.end('to the worker');
    client.on('close', () => worker.disconnect());
  });
}, () => {
  const server = net.createServer({ allowHalfOpen: true }, (sock) => {
    const remote = sock.remoteAddress;
    trace(`${me} S`, 'state', sock.readyState, sock.isPaused(), sock.bytesRead, sock.server === server, remote);
    record(sock, `${me} S`, 'data end finish close error');
    sock.on('end', () => sock.end('from the worker'));
    server.getConnections((err, count) => trace(me, 'connections', err, count));
  });
  record(server, me, 'listening drop error close');
  listen(server);
});
