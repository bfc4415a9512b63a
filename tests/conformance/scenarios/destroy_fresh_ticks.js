// Ticks around destroy(error) of a fresh socket.
// kinds: plain
'use strict';

const { net, record, run, trace } = require('../harness.cjs');

run(() => {
  const sock = new net.Socket();
  record(sock, 'C', 'error close');
  process.nextTick(() => trace('C', 'tick before'));
  sock.destroy(new Error('enough'));
  process.nextTick(() => trace('C', 'tick after'));
  setImmediate(() => trace('C', 'immediate'));
});
