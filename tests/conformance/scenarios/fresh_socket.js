// What a Socket is before anything is done with it.
// kinds: plain
'use strict';

const { net, run, state, trace } = require('../harness.cjs');

run(() => {
  const sock = new net.Socket();
  trace('C', 'state', state(sock), sock.bytesRead, sock.bytesWritten, sock.allowHalfOpen, sock.isPaused());
  trace('C', 'addresses', sock.address(), sock.localAddress, sock.localPort, sock.remoteAddress, sock.remotePort);
  trace('C', 'chains', sock.pause() === sock, sock.resume() === sock, sock.setTimeout(0) === sock, sock.ref() === sock);
});
