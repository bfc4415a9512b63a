// The reading half of a fresh socket: nothing read, nothing decided, the default mark; read() gives nothing.
// kinds: plain
'use strict';

const { net, run, trace } = require('../harness.cjs');
const { flags, flow } = require('../reading.cjs');

run(() => {
  const sock = new net.Socket();
  trace('C', 'flow', flow(sock));
  trace('C', 'flags', flags(sock));
  trace('C', 'mark', sock.readableHighWaterMark);
  trace('C', 'encoding', sock.readableEncoding);
  trace('C', 'read', sock.read(), sock.read(0), sock.read(5));
  trace('C', 'after read', flow(sock), flags(sock));
});
