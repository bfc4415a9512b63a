// A descriptor of a TCP socket that is not connected: an error when it is read.
// kinds: plain
// only: linux
'use strict';

const { net, record, run, state, trace } = require('../harness.cjs');

run(() => {
  const bound = new net.BoundSocket({ host: '127.0.0.1' });
  const sock = new net.Socket({ fd: bound.fd() });
  trace('C', 'made', state(sock));
  record(sock, 'C', 'connect error close');
  sock.resume();
});
