// abort() of a listening server is close(): connections stay, and close comes after the last of them.
// kinds: tcp unix
'use strict';

const { connect, kind, net, place, record, run, trace } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  const server = net.createServer((sock) => {
    controller.abort();
    trace('srv', 'aborted', server.listening);
    server.getConnections((err, count) => {
      trace('srv', 'connections', count);
      sock.end('bye').resume();
    });
  });
  record(server, 'srv', 'listening close error');
  const options = kind === 'unix' ? { path: place('s.sock') } : { port: 0, host: '127.0.0.1' };
  server.listen({ ...options, signal: controller.signal }, () => {
    record(connect(server), 'C', 'data end error close');
  });
});
