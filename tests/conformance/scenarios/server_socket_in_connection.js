// What an accepted socket is in its connection listener.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, state, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    trace('S', 'state', state(sock), sock.readableFlowing, sock.bytesRead, sock.bytesWritten, sock.timeout);
    trace('S', 'listeners', sock.listenerCount('data'), sock.listenerCount('error'), sock.listenerCount('close'));
    trace('S', 'options', sock.allowHalfOpen, sock.isPaused());
    record(sock, 'S', 'connect ready data end close');
    server.close();
  });
  listen(server, () => connect(server).end('hello').resume());
});
