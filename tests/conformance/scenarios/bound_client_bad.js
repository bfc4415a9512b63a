// A BoundSocket is adopted once, and has its own local address.
// kinds: plain
'use strict';

const { attempt, net, run } = require('../harness.cjs');

run(() => {
  const bound = new net.BoundSocket({ host: '127.0.0.1' });
  const sock = new net.Socket({ handle: bound });
  attempt('main', 'twice', () => new net.Socket({ handle: bound }));
  attempt('main', 'address', () => bound.address());
  attempt('main', 'close', () => bound.close());
  attempt('main', 'localPort', () => sock.connect({ port: 80, host: '127.0.0.1', localPort: 5 }));
  sock.destroy();
});
