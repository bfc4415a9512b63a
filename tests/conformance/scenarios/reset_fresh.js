// resetAndDestroy() of a socket that never connected: an error.
// kinds: plain
'use strict';

const { net, record, run, state, trace } = require('../harness.cjs');

run(() => {
  const sock = new net.Socket();
  record(sock, 'C', 'finish error close');
  trace('C', 'returns itself', sock.resetAndDestroy() === sock, state(sock), sock.errored);
  sock.on('error', (err) => trace('C', 'text', err.message));
});
